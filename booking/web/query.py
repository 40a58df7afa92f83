"""What a page's address asks for: month, date, zone, provider. Bad values become notices."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from accounts.models import Business
from booking.client_links import known_client
from booking.models import Booking, Hold, HoldPurpose, Resource, Service
from booking.validators import FIRST_YEAR, LAST_YEAR, MAX_CAPACITY
from booking.wish import Wish, own_of
from config.core.when import zone_names

ANYBODY = "any"


@dataclass(slots=True)
class PageQuery:
    """`month` is a first of a month. What could not be read is left out and said in `problems`."""

    month: date | None = None
    day: date | None = None
    timezone: str = ""
    # Only a zone that was asked for stays in the address; else the browser's may still be tried.
    is_zone_asked: bool = False
    provider: Resource | None = None
    # "12" or "24", as asked for; "" as the locale says.
    hours: str = ""
    # None is the usual one.
    duration_minutes: int | None = None
    spots: int = 1
    # A time that the asker keeps while looking for another: it never hides itself.
    hold: Hold | None = None
    # A booking that is to be moved: it does not hide its own time either, if it gives that up.
    moved: Booking | None = None
    gives_up: bool = True
    # From the client page: a token that says who the asker is.
    known: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def provider_id(self) -> int | None:
        return self.provider.pk if self.provider else None

    def wish(self, service: Service) -> Wish:
        own = self.moved if self.moved and self.gives_up else self.hold
        return Wish(
            service=service,
            provider_id=self.provider_id,
            duration_minutes=self.duration_minutes,
            spots=self.spots,
            own=own_of(own) if own else None,
            is_agreed=self.moved is not None,
        )

    def address(self, **changes: str | None) -> str:
        """The query string for these values with some changed; None leaves one out."""
        values = {
            "month": self.month and f"{self.month:%Y-%m}",
            "date": self.day and self.day.isoformat(),
            "provider": str(self.provider.public_id) if self.provider else self._anybody,
            "tz": self.timezone if self.is_zone_asked else None,
            "clock": self.hours,
            "duration": self._asked_duration,
            "spots": str(self.spots) if self.spots > 1 and not self.moved else None,
            "hold": self.hold and str(self.hold.public_id),
            "known": self.known,
        } | changes
        return "?" + urlencode({key: value for key, value in values.items() if value})

    @property
    def _asked_duration(self) -> str | None:
        """What is moved stays as long as it was agreed."""
        is_asked = self.duration_minutes and not self.moved
        return str(self.duration_minutes) if is_asked else None

    @property
    def _anybody(self) -> str | None:
        """Who moves a booking and does not say otherwise stays with the same provider."""
        return ANYBODY if self.moved else None


def read_query(data: QueryDict, service: Service) -> PageQuery:
    query = PageQuery(timezone=service.business.timezone)
    if text := data.get("month", ""):
        query.month = _date(f"{text}-01", query, f"There is no month “{text[:20]}”.")
    if text := data.get("date", ""):
        query.day = _date(text, query, f"There is no date “{text[:20]}”.")
    if text := data.get("tz", ""):
        query.timezone = _zone(text, query)
    query.hours = read_hours(data.get("clock", ""))
    text = data.get("provider", "")
    if text and text != ANYBODY:
        query.provider = find_provider(service, text)
        if query.provider is None:
            query.problems.append("This person does not offer this service; all others are shown.")
    if text := data.get("duration", ""):
        query.duration_minutes = read_duration(service, text)
        if query.duration_minutes is None:
            query.problems.append("This service does not last so long; the usual time is shown.")
    if text := data.get("spots", ""):
        query.spots = read_spots(text) or 1
        if not read_spots(text):
            query.problems.append("So many cannot come together; times for one are shown.")
    query.hold = find_hold(service, data.get("hold", ""))
    query.known = read_known(service.business, data.get("known", ""))
    return query


def read_known(business: Business, token: str) -> str:
    """The token of a client of this business as it is; "" for anything else."""
    client = known_client(token)
    return token if client and client.business_id == business.pk else ""


def find_provider(service: Service, public_id: str) -> Resource | None:
    """The active provider of this service with that public id, if there is one."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return service.providers.active().filter(public_id=wanted).first()


def find_hold(service: Service, public_id: str) -> Hold | None:
    """A client's own hold of the business with that public id, over or not, if there is one."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    holds = Hold.objects.for_business(service.business).select_related("session")
    return holds.filter(public_id=wanted, purpose=HoldPurpose.BROWSER).first()


def read_duration(service: Service, text: str) -> int | None:
    """One of the service's durations, in minutes; None for anything else."""
    minutes = _whole(text)
    return minutes if minutes in service.durations_minutes else None


def read_spots(text: str) -> int | None:
    """How many come; None for what no service has room for."""
    spots = _whole(text)
    return spots if spots and spots <= MAX_CAPACITY else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def read_hours(text: str) -> str:
    """The hours "12" or "24"; anything else leaves it to the locale."""
    return text if text in {"12", "24"} else ""


def read_start(text: str) -> datetime | None:
    """A whole minute from ISO 8601 with an offset, in UTC; None for anything else."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    if start.tzinfo is None or not FIRST_YEAR <= start.year <= LAST_YEAR:
        return None
    # Offsets may have seconds and fractions of their own, so they are looked at in UTC.
    start = start.astimezone(UTC)
    return None if start.second or start.microsecond else start


def _date(text: str, query: PageQuery, problem: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day and FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    query.problems.append(problem)
    return None


def _zone(text: str, query: PageQuery) -> str:
    if text in zone_names():
        query.is_zone_asked = True
        return text
    query.problems.append("We do not know that time zone; times are shown in the business's own.")
    return query.timezone
