"""The two questions the engine answers: what can be booked, and why this start cannot."""

from collections.abc import Iterable, Sequence
from datetime import date

from booking.availability.conflicts import crowding_starts, overlapping_starts
from booking.availability.grid import grid_between, starts_on_grid
from booking.availability.intervals import Interval, clip, outside
from booking.availability.opening import fitting_starts, open_time
from booking.availability.values import (
    MINUTE,
    Instant,
    Provider,
    Refusal,
    ServiceRules,
    Slot,
)
from booking.availability.wallclock import day_begins, days_later, local_date


def find_slots(
    rules: ServiceRules,
    providers: Sequence[Provider],
    *,
    business_tz: str,
    viewer_tz: str,
    first: date,
    last: date,
    now: Instant,
) -> list[Slot]:
    """All starts on the dates `first` to `last` (both in `viewer_tz`) that someone can take.

    Ordered by start, one slot per start. The horizon counts dates in `business_tz`. Every
    provider's claims and blocked periods must be there as far as they reach these dates, with a
    duration and a buffer to spare.

    Raises `zoneinfo.ZoneInfoNotFoundError` for a zone that does not exist.
    """
    since = max(day_begins(first, viewer_tz), earliest_start(rules, now))
    until = min(day_begins(days_later(last, 1), viewer_tz), horizon_end(rules, business_tz, now))
    if since >= until:
        return []
    takers: dict[Instant, tuple[int, ...]] = {}
    for provider in providers:
        for start in _free_starts(rules, provider, since, until):
            takers[start] = (*takers.get(start, ()), provider.id)
    duration = rules.duration
    return [Slot(start, start + duration, takers[start]) for start in sorted(takers)]


def _free_starts(
    rules: ServiceRules, provider: Provider, since: Instant, until: Instant
) -> list[Instant]:
    opening = open_time(provider.schedule, rules.schedule, since, until + rules.duration)
    grid = grid_between(rules, opening, provider.schedule.tz, since, until)
    open_starts = list(clip(fitting_starts(opening, rules), since, until))
    return outside(
        starts_on_grid(grid, open_starts),
        overlapping_starts(provider.blocked, rules) + crowding_starts(provider.claims, rules),
    )


def refusals(
    rules: ServiceRules, provider: Provider, *, start: Instant, business_tz: str, now: Instant
) -> frozenset[Refusal]:
    """Every reason why the provider cannot take `start`; none if `find_slots` would offer it.

    A start outside opening hours is `closed` and never `off_grid`: there is no grid there. One
    that overlaps a claim is `claimed`; `buffer` then speaks of another claim nearby.
    """
    end = start + 1
    opening = open_time(provider.schedule, rules.schedule, start, start + rules.duration)
    grid = grid_between(rules, opening, provider.schedule.tz, start, end)
    is_open = any(clip(opening.time, start, end))
    crowding = [
        claim for claim in provider.claims if _within(start, crowding_starts([claim], rules))
    ]
    overlapping = [
        claim for claim in crowding if _within(start, overlapping_starts([claim], rules))
    ]
    reasons = {
        Refusal.CLOSED: not _within(start, fitting_starts(opening, rules)),
        Refusal.OFF_GRID: is_open and not starts_on_grid(grid, [(start, end)]),
        Refusal.BLOCKED: _within(start, overlapping_starts(provider.blocked, rules)),
        Refusal.CLAIMED: len(overlapping) > 0,
        Refusal.BUFFER: len(crowding) > len(overlapping),
        Refusal.NOTICE: start < earliest_start(rules, now),
        Refusal.HORIZON: start >= horizon_end(rules, business_tz, now),
    }
    return frozenset(reason for reason, applies in reasons.items() if applies)


def _within(start: Instant, forbidden: Iterable[Interval]) -> bool:
    return not outside([start], forbidden)


def earliest_start(rules: ServiceRules, now: Instant) -> Instant:
    return now + rules.minimum_notice_minutes * MINUTE


def horizon_end(rules: ServiceRules, business_tz: str, now: Instant) -> Instant:
    """The first instant too far ahead: the end, in `business_tz`, of the last bookable date."""
    today = local_date(now, business_tz)
    return day_begins(days_later(today, rules.booking_horizon_days + 1), business_tz)


def group_by_date(slots: Iterable[Slot], tz: str) -> dict[date, list[Slot]]:
    """The slots, which come ordered by start, under the dates in `tz` on which they start."""
    grouped: dict[date, list[Slot]] = {}
    day_ends: Instant | None = None
    for slot in slots:
        if day_ends is None or slot.starts_at >= day_ends:
            day = local_date(slot.starts_at, tz)
            day_ends = day_begins(days_later(day, 1), tz)
            slots_of_day = grouped.setdefault(day, [])
        slots_of_day.append(slot)
    return grouped
