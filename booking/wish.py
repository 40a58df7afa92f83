"""What somebody would like to book, as every question about free time is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.models import Booking, Hold, Service, Session
from config.core import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Spots of a session that the asker has already and gives up for what they wish.

    With `is_all` nobody else is in the session: without them it takes no time at all.
    """

    session_id: int
    spots: int
    is_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A service, with whom, how long, for how many.

    With no provider anybody will do; no duration is the service's usual one; a session is one to
    join and nothing else. `own` is what the asker has already: it never stands in their way.
    """

    service: Service
    provider_id: int | None = None
    session_id: int | None = None
    duration_minutes: int | None = None
    spots: int = 1
    own: Own | None = None
    # A length that was agreed on stays possible, whatever the service lasts now.
    is_agreed: bool = False


def own_of(having: Hold | Booking) -> Own | None:
    """What a hold or a booking keeps of a session; None for one that keeps nothing, or no more."""
    session = _session_of(having)
    if session is None or (isinstance(having, Hold) and having.expires_at <= clock.now()):
        return None
    is_all = not session.is_planned and session.spots_taken <= having.spots
    return Own(session_id=session.pk, spots=having.spots, is_all=is_all)


def _session_of(having: Hold | Booking) -> Session | None:
    try:
        return having.session
    except Session.DoesNotExist:
        # It has ended since `having` was read.
        return None


def keeps(hold: Hold, wish: Wish, start: datetime) -> bool:
    """Whether a hold, as long as it lives, keeps just what is wished for at the start."""
    session = hold.session
    length = timedelta(minutes=wish.duration_minutes or wish.service.duration_minutes)
    return (
        (session.service_id, session.starts_at) == (wish.service.pk, start)
        and hold.spots == wish.spots
        and wish.provider_id in {None, session.provider_id}
        and wish.session_id in {None, session.pk}
        and (session.is_planned or session.ends_at - session.starts_at == length)
    )


def wish_of(booking: Booking) -> Wish:
    """To have what a booking agreed on, once more."""
    return Wish(
        service=booking.service,
        provider_id=booking.provider_id,
        duration_minutes=booking.duration_minutes,
        spots=booking.spots,
        own=own_of(booking),
        is_agreed=True,
    )
