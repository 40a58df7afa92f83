"""Short ways to say what a test is about; everything else is as plain as can be."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from booking.availability import (
    Claim,
    Group,
    Instant,
    Limits,
    Provider,
    Query,
    Refusal,
    Resource,
    Schedule,
    ServiceRules,
    Session,
    Slot,
    SlotAlignment,
    Span,
    Starts,
    WallWindow,
    explain,
    find_slots,
)
from booking.availability.values import NO_LIMITS

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONG_AGO = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())


def windows(text: str) -> tuple[WallWindow, ...]:
    """Windows from "09:00-12:00 13:00-17:00"; "24:00" is the end of the day."""
    return tuple(_window(part) for part in text.split())


def _window(text: str) -> WallWindow:
    start, end = text.replace("24:00", "00:00").split("-")
    return WallWindow(time.fromisoformat(start), time.fromisoformat(end))


def schedule(
    tz: str,
    every_day: str = "",
    *,
    overrides: Mapping[str, str] | None = None,
    holidays: Iterable[str] = (),
    **days: str,
) -> Schedule:
    """Hours of every day, of single weekdays (`fri="22:00-02:00"`), and of single dates."""
    return Schedule(
        tz=tz,
        weekly=tuple(windows(days.get(name, every_day)) for name in WEEK),
        overrides={date.fromisoformat(day): windows(w) for day, w in (overrides or {}).items()},
        holidays=frozenset(date.fromisoformat(day) for day in holidays),
    )


def rules(
    duration: int = 60,
    every: int | None = 30,
    *,
    alignment: SlotAlignment = SlotAlignment.WINDOW,
    before: int = 0,
    after: int = 0,
    notice: int = 0,
    horizon: int = 100_000,
    narrowed_by: Schedule | None = None,
    starts: Starts = Starts.HOURS,
    capacity: int = 1,
    limits: Limits = NO_LIMITS,
) -> ServiceRules:
    return ServiceRules(
        duration_minutes=duration,
        slot_interval_minutes=every,
        slot_alignment=alignment,
        buffer_before_minutes=before,
        buffer_after_minutes=after,
        minimum_notice_minutes=notice,
        booking_horizon_days=horizon,
        schedule=narrowed_by,
        starts=starts,
        capacity=capacity,
        limits=limits,
    )


def provider(
    hours: Schedule,
    *,
    pk: int = 1,
    blocked: Iterable[Span] = (),
    claims: Iterable[Claim] = (),
    busy: Iterable[Span] = (),
    limits: Limits = NO_LIMITS,
    sessions: Iterable[str] = (),
) -> Provider:
    return Provider(
        id=pk,
        schedule=hours,
        blocked=tuple(blocked),
        claims=tuple(claims),
        busy=tuple(busy),
        limits=limits,
        session_starts=tuple(at(start) for start in sessions),
    )


def room(
    pk: int,
    hours: Schedule | None = None,
    *,
    blocked: Iterable[Span] = (),
    claims: Iterable[Claim] = (),
    busy: Iterable[Span] = (),
    limits: Limits = NO_LIMITS,
    sessions: Iterable[str] = (),
) -> Resource:
    return Resource(
        id=pk,
        schedule=hours,
        blocked=tuple(blocked),
        claims=tuple(claims),
        busy=tuple(busy),
        limits=limits,
        session_starts=tuple(at(start) for start in sessions),
    )


def at(text: str) -> Instant:
    """The instant of an ISO 8601 time with its offset; without one, UTC."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def span(start: str, end: str, *, pk: int | None = None) -> Span:
    return Span(at(start), at(end), id=pk)


def claim(start: str, end: str, *, before: int = 0, after: int = 0, pk: int | None = None) -> Claim:
    return Claim(at(start), at(end), before, after, id=pk)


def session(
    start: str,
    end: str,
    *,
    pk: int = 100,
    by: int | None = 1,
    left: int = 1,
    bookable: bool = True,
    deadline: int = 0,
) -> Session:
    return Session(at(start), at(end), by, left, bookable, deadline, id=pk)


def query(
    service: ServiceRules,
    *providers: Provider,
    business_tz: str | None = None,
    now: Instant = LONG_AGO,
    groups: Iterable[Group] = (),
    sessions: Iterable[Session] = (),
    sold: Iterable[str] = (),
    spots: int = 1,
) -> Query:
    """The business's zone is that of the first provider unless told; `sold` are session starts."""
    return Query(
        rules=service,
        providers=providers,
        business_tz=business_tz or (providers[0].schedule.tz if providers else "UTC"),
        now=now,
        groups=tuple(groups),
        sessions=tuple(sessions),
        session_starts=tuple(at(start) for start in sold),
        spots=spots,
    )


def offered(
    wish: Query,
    first: str,
    last: str | None = None,
    *,
    viewer_tz: str | None = None,
    include_full: bool = False,
) -> list[Slot]:
    """What `find_slots` says; the viewer's zone is the business's unless told."""
    return find_slots(
        wish,
        viewer_tz=viewer_tz or wish.business_tz,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last or first),
        include_full=include_full,
    )


def slots_of(
    service: ServiceRules,
    *providers: Provider,
    first: str,
    last: str | None = None,
    viewer_tz: str | None = None,
    business_tz: str | None = None,
    now: Instant = LONG_AGO,
) -> list[Slot]:
    """What `find_slots` says of providers alone; zones are those of the first unless told."""
    wish = query(service, *providers, business_tz=business_tz, now=now)
    return offered(wish, first, last, viewer_tz=viewer_tz or providers[0].schedule.tz)


def why_not(
    service: ServiceRules,
    someone: Provider,
    start: str,
    *,
    business_tz: str = "UTC",
    now: Instant = LONG_AGO,
) -> set[Refusal]:
    wish = query(service, someone, business_tz=business_tz, now=now)
    return {reason.code for reason in explain(wish, start=at(start)).reasons}


def dated(slots: Iterable[Slot], tz: str) -> list[str]:
    """Starts as "2027-03-28 01:30" in `tz`."""
    return [f"{_local(slot.starts_at, tz):%Y-%m-%d %H:%M}" for slot in slots]


def clock(slots: Iterable[Slot], tz: str) -> str:
    """Starts as "01:30 03:00": what clocks in `tz` show."""
    return " ".join(f"{_local(slot.starts_at, tz):%H:%M}" for slot in slots)


def clock_with_offset(slots: Iterable[Slot], tz: str) -> str:
    """Starts as "01:30+01:00 03:00+02:00" in `tz`."""
    return " ".join(_local(slot.starts_at, tz).isoformat("T", "minutes")[11:] for slot in slots)


def _local(instant: Instant, tz: str) -> datetime:
    return datetime.fromtimestamp(instant, ZoneInfo(tz))
