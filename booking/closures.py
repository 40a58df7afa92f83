"""Whether clients can book now, and if not, why and until when."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings

from accounts.models import Business
from booking import availability
from booking.models import Service
from config.core.when import local_date, long_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Nothing can be booked now. `back_on` is the first day of bookings again, where it is known.

    `message` is the business's own, or empty; `is_for_good` says that a service is archived.
    """

    headline: str
    message: str = ""
    back_on: date | None = None
    business: Business
    is_for_good: bool = False

    @property
    def back_words(self) -> str:
        """The day in the business's own order and language; "" while nobody knows it."""
        return long_date(self.back_on, self.business.locale) if self.back_on else ""

    @property
    def text(self) -> str:
        """The business's own words, else ours, and when to come back."""
        if self.is_for_good:
            return ""
        usual = "Bookings already made stay: the link in your mail shows them as before."
        again = f"Bookings are taken again from {self.back_words} on." if self.back_on else ""
        return "\n".join(filter(None, (self.message or usual, again)))

    def seconds_left(self, now: datetime) -> int | None:
        """How long from `now` until the day begins at the business; None where it is not known."""
        if self.back_on is None:
            return None
        begin = availability.resolve_wall(self.back_on, time.min, self.business.timezone)
        return max(1, begin - int(now.timestamp()))


def closure_of(business: Business, now: datetime) -> Closure | None:
    """Why clients can book nothing of a business at `now`; None when they can.

    A pause with a day ends by itself when that day begins on the business's clock.
    """
    own, back_on = business.settings, business.settings.paused_until
    headline = f"{business.name} takes no online bookings at the moment"
    if not settings.BOOKING_ENABLED:
        return Closure(headline=headline, business=business)
    if not own.is_active:
        return Closure(headline=headline, message=own.paused_message, business=business)
    if back_on and local_date(now, business.timezone) < back_on:
        return Closure(
            headline=headline, message=own.paused_message, back_on=back_on, business=business
        )
    return None


def closure_of_service(service: Service, now: datetime) -> Closure | None:
    """Why clients cannot book a service at `now`, its business being open; None when they can."""
    business, back_on = service.business, service.paused_until
    if not service.is_active:
        return Closure(
            headline=f"{service.name} is no longer offered", business=business, is_for_good=True
        )
    if back_on and local_date(now, business.timezone) < back_on:
        return Closure(
            headline=f"{service.name} cannot be booked at the moment",
            message=service.paused_message,
            back_on=back_on,
            business=business,
        )
    return None
