"""Short ways to say what a test is about; everything else is as plain as can be."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from booking.availability import (
    Claim,
    Instant,
    Provider,
    Refusal,
    Schedule,
    ServiceRules,
    Slot,
    SlotAlignment,
    Span,
    WallWindow,
    find_slots,
    refusals,
)

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
    **days: str,
) -> Schedule:
    """Hours of every day, of single weekdays (`fri="22:00-02:00"`), and of single dates."""
    return Schedule(
        tz=tz,
        weekly=tuple(windows(days.get(name, every_day)) for name in WEEK),
        overrides={date.fromisoformat(day): windows(w) for day, w in (overrides or {}).items()},
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
    )


def provider(
    hours: Schedule,
    *,
    pk: int = 1,
    blocked: Iterable[Span] = (),
    claims: Iterable[Claim] = (),
) -> Provider:
    return Provider(id=pk, schedule=hours, blocked=tuple(blocked), claims=tuple(claims))


def at(text: str) -> Instant:
    """The instant of an ISO 8601 time with its offset; without one, UTC."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def span(start: str, end: str) -> Span:
    return Span(at(start), at(end))


def claim(start: str, end: str, *, before: int = 0, after: int = 0) -> Claim:
    return Claim(at(start), at(end), before, after)


def slots_of(
    service: ServiceRules,
    *providers: Provider,
    first: str,
    last: str | None = None,
    viewer_tz: str | None = None,
    business_tz: str | None = None,
    now: Instant = LONG_AGO,
) -> list[Slot]:
    """What `find_slots` says; zones are those of the first provider unless told."""
    tz = providers[0].schedule.tz
    return find_slots(
        service,
        providers,
        business_tz=business_tz or tz,
        viewer_tz=viewer_tz or tz,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last or first),
        now=now,
    )


def why_not(
    service: ServiceRules,
    someone: Provider,
    start: str,
    *,
    business_tz: str = "UTC",
    now: Instant = LONG_AGO,
) -> set[Refusal]:
    return set(refusals(service, someone, start=at(start), business_tz=business_tz, now=now))


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
