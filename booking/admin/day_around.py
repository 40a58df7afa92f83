"""The day around a request: what its provider has then, and what is in the way of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch

from booking import availability
from booking.availability.opening import why_closed, windows_between
from booking.models import BlockedPeriod, Booking, Claim, Hold, HoldPurpose, Session
from booking.models.session import ClaimQuerySet
from booking.rulebook import Rulebook, rulebook_of
from booking.taken import instant, moment
from config.core import clock, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something of the day; `reference` of its booking where it is one, `is_this` the request."""

    starts_at: datetime
    ends_at: datetime
    label: str
    note: str = ""
    reference: str = ""
    is_this: bool = False
    is_in_the_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAround:
    """`open` are the hours in which the provider works, as instants, none on a day off."""

    label: str
    open: list[tuple[datetime, datetime]]
    is_outside_hours: bool
    entries: list[Entry]

    @property
    def in_the_way(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_in_the_way]


def day_around(booking: Booking) -> DayAround:
    """The whole local day at the business on which it starts, in a handful of queries."""
    business = booking.business
    rules = rulebook_of(business)
    day = when.local_date(booking.starts_at, business.timezone)
    begin, end = _bounds(day, business.timezone)
    entries = [
        *_taken(booking, begin, end),
        *_asked(booking, begin, end),
        *_time_off(booking, rules, begin, end),
    ]
    if not any(entry.is_this for entry in entries):
        entries.append(_this(booking))
    return DayAround(
        label=when.long_date(day, business.locale),
        open=_open(booking, rules, begin, end),
        is_outside_hours=_is_outside(booking, rules),
        entries=sorted(entries, key=lambda entry: (entry.starts_at, entry.ends_at)),
    )


def _bounds(day: date, tz: str) -> tuple[datetime, datetime]:
    begin, end = (
        moment(availability.resolve_wall(each, time.min, tz))
        for each in (day, day + timedelta(days=1))
    )
    return begin, end


def _open(
    booking: Booking, rules: Rulebook, begin: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    schedule = rules.hours.get(booking.provider_id)
    if schedule is None:
        return []
    windows = windows_between(schedule, instant(begin), instant(end))
    return [
        (moment(opens), moment(closes))
        for opens, closes in windows
        if instant(begin) <= opens < instant(end)
    ]


def _is_outside(booking: Booking, rules: Rulebook) -> bool:
    schedule = rules.hours.get(booking.provider_id)
    start, end = instant(booking.starts_at), instant(booking.ends_at)
    return schedule is None or bool(why_closed(schedule, start, end, None))


def _taken(booking: Booking, begin: datetime, end: datetime) -> Iterator[Entry]:
    for claim in _claims(booking, begin, end):
        session = claim.session
        if session.pk == booking.session_id and not session.is_planned:
            yield _this(booking)
        else:
            yield _session(booking, session)


def _claims(booking: Booking, begin: datetime, end: datetime) -> ClaimQuerySet:
    now = clock.now()
    people = Booking.objects.standing(now).order_by("created_at", "pk")
    rows = Claim.objects.live(now).filter(
        resource=booking.provider_id, ends_at__gt=begin, starts_at__lt=end
    )
    bookings = Prefetch("session__bookings", people)
    holds = Prefetch("session__holds", Hold.objects.live(now))
    return (
        rows.select_related("session__service").prefetch_related(bookings).prefetch_related(holds)
    )


def _session(booking: Booking, session: Session) -> Entry:
    is_shared = session.capacity > 1 or session.is_planned
    is_asked_for = is_shared and (session.service_id, session.starts_at) == (
        booking.service_id,
        booking.starts_at,
    )
    label, note, reference = _in_words(booking, session)
    if is_shared:
        label, note = session.service.name, f"{session.spots_taken} of {session.capacity} places"
    return Entry(
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        label=label,
        note=note,
        reference="" if is_shared else reference,
        is_in_the_way=not is_asked_for and _overlaps(booking, session.starts_at, session.ends_at),
    )


def _in_words(booking: Booking, session: Session) -> tuple[str, str, str]:
    """Who has it, what for, and the reference of the booking; a hold has none."""
    for other in session.bookings.all():
        return other.client_name, _what(other, session.service.name), other.reference
    holds = list(session.holds.all())
    if any(hold.booking_id == booking.pk for hold in holds):
        return f"Offered to {booking.client_name}", "", ""
    if any(hold.purpose == HoldPurpose.OFFER for hold in holds):
        return "Offered to another client", session.service.name, ""
    return "Kept while somebody fills in the form", session.service.name, ""


def _what(other: Booking, service: str) -> str:
    return f"{service}, request" if other.expires_at and not other.confirmed_at else service


def _asked(booking: Booking, begin: datetime, end: datetime) -> Iterator[Entry]:
    """Other requests that take no time until they are approved: in nobody's way."""
    rows = Booking.objects.unanswered(clock.now()).filter(
        provider=booking.provider_id, session=None, ends_at__gt=begin, starts_at__lt=end
    )
    for other in rows.exclude(pk=booking.pk).select_related("service"):
        yield Entry(
            starts_at=other.starts_at,
            ends_at=other.ends_at,
            label=other.client_name,
            note=f"{other.service.name}, request that takes no time yet",
            reference=other.reference,
        )


def _time_off(booking: Booking, rules: Rulebook, begin: datetime, end: datetime) -> Iterator[Entry]:
    spans = [
        span
        for whose in (None, booking.provider_id)
        for span in rules.blocked.get(whose, ())
        if moment(span.starts_at) < end and moment(span.ends_at) > begin
    ]
    if not spans:
        return
    reasons = BlockedPeriod.objects.in_bulk([span.id for span in spans])
    for span in spans:
        starts_at, ends_at = moment(span.starts_at), moment(span.ends_at)
        yield Entry(
            starts_at=max(starts_at, begin),
            ends_at=min(ends_at, end),
            label="Time off",
            note=reasons[span.id].reason if span.id in reasons else "",
            is_in_the_way=_overlaps(booking, starts_at, ends_at),
        )


def _this(booking: Booking) -> Entry:
    return Entry(
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        label=booking.client_name,
        note=booking.service.name,
        is_this=True,
    )


def _overlaps(booking: Booking, starts_at: datetime, ends_at: datetime) -> bool:
    return starts_at < booking.ends_at and booking.starts_at < ends_at
