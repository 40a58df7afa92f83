"""What the address of a question for free times asks for; bad values are refused by name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from booking.models import Service
from booking.rulebook import Rulebook
from booking.validators import FIRST_YEAR, LAST_YEAR, MAX_CAPACITY
from booking.web.query import find_hold, read_spots
from booking.wish import Wish, own_of
from config.core.when import zone_names

T = TypeVar("T")
MAX_DAYS = 62
NO_SUCH_SERVICE = "There is no such service here."
NO_SUCH_PROVIDER = "This person does not offer this service."
NO_SUCH_DURATION = "This service does not last so long."
NO_SUCH_ZONE = "This is not a time zone we know; write it like Europe/Berlin."


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesQuery:
    """A wish for the dates `first` to `last`, both included, on the calendar of `timezone`."""

    wish: Wish
    first: date
    last: date
    timezone: str
    include_full: bool


@dataclass(slots=True)
class _Reader:
    """Reads one parameter after the other, and keeps what is wrong with them."""

    data: QueryDict
    errors: dict[str, list[str]] = field(default_factory=dict)

    def read(self, name: str, read: Callable[[str], T | None], problem: str) -> T | None:
        """None where the parameter is absent, too."""
        text = self.data.get(name)
        value = read(text) if text else None
        if text and value is None:
            self.errors[name] = [problem]
        return value

    def require(self, name: str, read: Callable[[str], T | None], problem: str) -> T | None:
        if not self.data.get(name):
            self.errors[name] = ["This parameter is needed."]
        return self.read(name, read, problem)


def read_times_query(data: QueryDict, service: Service, rulebook: Rulebook) -> TimesQuery:
    """Raises `ValidationError` by parameter; a hold that is over by now asks for nothing."""
    reader = _Reader(data)
    first, last = _read_dates(reader)
    timezone = reader.read("timezone", _zone, NO_SUCH_ZONE)
    wish = _read_wish(reader, service, rulebook)
    include = reader.read("include", {"full": True}.get, "Only “full” can be included.")
    if reader.errors or first is None or last is None:
        raise ValidationError(reader.errors)
    return TimesQuery(
        wish=wish,
        first=first,
        last=last,
        timezone=timezone or service.business.timezone,
        include_full=bool(include),
    )


def _read_dates(reader: _Reader) -> tuple[date | None, date | None]:
    first = reader.require("start", _day, "Write a date like 2027-03-02.")
    last = reader.require("end", _day, "Write a date like 2027-03-02.")
    if first and last and last < first:
        reader.errors["end"] = ["The end lies before the start."]
    if first and last and (last - first).days >= MAX_DAYS:
        reader.errors["end"] = [f"Ask for at most {MAX_DAYS} days at once."]
    return first, last


def _read_wish(reader: _Reader, service: Service, rulebook: Rulebook) -> Wish:
    providers = {rulebook.public_ids[pk]: pk for pk in rulebook.providers.get(service.pk, ())}
    durations = {str(minutes): minutes for minutes in rulebook.durations[service.pk]}
    spots = reader.read("spots", read_spots, f"Between 1 and {MAX_CAPACITY} can come together.")
    hold = reader.read("hold", _uuid, "This is not the id of a hold.")
    kept = find_hold(service, hold) if hold else None
    return Wish(
        service=service,
        provider_id=reader.read(
            "provider", lambda text: providers.get(_uuid(text) or ""), NO_SUCH_PROVIDER
        ),
        duration_minutes=reader.read("duration_minutes", durations.get, NO_SUCH_DURATION),
        spots=spots or 1,
        own=own_of(kept) if kept else None,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _zone(text: str) -> str | None:
    return text if text in zone_names() else None


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
