"""Other times that staff offer for a request, as its client's own page shows them."""

from dataclasses import dataclass
from datetime import datetime

from booking.contacts import offer_message
from booking.models import Booking, Hold
from booking.times import LocalTime, clocks
from config.core import clock


@dataclass(frozen=True, slots=True)
class Offered:
    """`times` as `booking.times.clocks` gives them; `provider` only where that is somebody else."""

    start: datetime
    times: list[LocalTime]
    provider: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Offers:
    """`message` is what staff have written to them, or empty."""

    times: list[Offered]
    message: str

    @property
    def until(self) -> datetime:
        """Until when all of them are kept; some may be for longer."""
        return min(offer.until for offer in self.times)

    @property
    def what(self) -> str:
        return "another time" if len(self.times) == 1 else "other times"


def show_offers(booking: Booking, hours: str) -> Offers | None:
    """None where nothing is kept for the client any more."""
    holds = booking.holds.standing_offers(clock.now())
    times = [_offered(booking, hold, hours) for hold in holds]
    return Offers(times, offer_message(booking)) if times else None


def _offered(booking: Booking, hold: Hold, hours: str) -> Offered:
    business, session = booking.business, hold.session
    times = clocks(
        session.starts_at,
        business_zone=business.timezone,
        client_zone=booking.timezone,
        locale=business.locale,
        hours=hours,
    )
    is_other = session.provider_id != booking.provider_id
    provider = session.provider.name if is_other else ""
    return Offered(session.starts_at, times, provider, hold.expires_at)
