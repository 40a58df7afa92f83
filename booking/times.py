"""When a booking takes place, in words, on the clocks that matter to its reader."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from config.core import when

if TYPE_CHECKING:
    from booking.models import Booking


@dataclass(frozen=True, slots=True)
class LocalTime:
    """One clock's reading: `date` "Tuesday 24 November 2026", `time` "09:00", `place` "Berlin"."""

    date: str
    time: str
    place: str

    def __str__(self) -> str:
        return f"{self.date}, {self.time} ({self.place})"


def read_clock(moment: datetime, zone: str, locale: str, hours: str = "") -> LocalTime:
    return LocalTime(
        date=when.long_date(when.local_date(moment, zone), locale),
        time=when.clock_time(moment, zone, locale, hours),
        place=when.zone_city(zone),
    )


def clocks(
    moment: datetime, *, business_zone: str, client_zone: str, locale: str, hours: str = ""
) -> list[LocalTime]:
    """The business's clock first, then the client's when it reads differently at that moment."""
    here = read_clock(moment, business_zone, locale, hours)
    there = read_clock(moment, client_zone, locale, hours)
    if (here.date, here.time) == (there.date, there.time):
        return [here]
    return [here, there]


def clocks_of(booking: "Booking", hours: str = "") -> list[LocalTime]:
    """When a booking starts, on the business's clock and, where it differs, on its client's."""
    business = booking.business
    return clocks(
        booking.starts_at,
        business_zone=business.timezone,
        client_zone=booking.timezone,
        locale=business.locale,
        hours=hours,
    )
