"""The two questions the engine answers: what can be booked, and why this start cannot."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from operator import attrgetter

from booking.availability.bounds import bookable_range, out_of_range
from booking.availability.intervals import outside
from booking.availability.joining import join_reasons, joinable
from booking.availability.limits import full_for_service, reached_at
from booking.availability.query import Query, Slot
from booking.availability.reasons import Explanation, Reason, Refusal, Way
from booking.availability.resources import provider_reasons, starts_by_hours, untaken
from booking.availability.rooms import groups_without_room, starts_with_room
from booking.availability.values import Instant, Starts
from booking.availability.wallclock import day_begins, days_later, local_date


def find_slots(
    query: Query, *, viewer_tz: str, first: date, last: date, include_full: bool = False
) -> list[Slot]:
    """All starts on the dates `first` to `last` (both in `viewer_tz`) that can be booked.

    Ordered by start: one slot for a new session, then one per session that can be joined, in the
    order given; `include_full` adds sessions without enough spots. What takes time must be there
    as far as it reaches these dates, with a duration and a buffer to spare.

    Raises `zoneinfo.ZoneInfoNotFoundError` for a zone that does not exist.
    """
    nearest, end = bookable_range(query)
    since = max(day_begins(first, viewer_tz), nearest)
    until = min(day_begins(days_later(last, 1), viewer_tz), end)
    if since >= until:
        return []
    slots = _new_slots(query, since, until)
    slots += joinable(query, since, until, include_full=include_full)
    return sorted(slots, key=attrgetter("starts_at"))


def explain(query: Query, *, start: Instant) -> Explanation:
    """Every way to book the start, and every reason against each.

    `find_slots` offers the start exactly when a way has no reason against it.
    """
    ways = [
        Way(session.provider_id, session.id, tuple(join_reasons(query, session)))
        for session in query.sessions
        if session.starts_at == start
    ]
    if query.rules.starts == Starts.HOURS:
        against_all = _reasons_for_all(query, start)
        for provider in query.providers:
            own = provider_reasons(query, provider, start)
            ways.append(Way(provider.id, None, (*against_all, *own)))
    elif not ways:
        ways = [Way(None, None, (*out_of_range(query, start), *_never(query)))]
    return Explanation(start, tuple(ways))


def open_ways(query: Query, *, start: Instant) -> list[Way]:
    """The ways to book the start that nothing speaks against, in the order of `explain`.

    The same as those of its ways that have no reasons, without looking for the reasons of others:
    of fifty providers a hundredth of the work.
    """
    ways = [
        Way(session.provider_id, session.id, ())
        for session in query.sessions
        if session.starts_at == start and not join_reasons(query, session)
    ]
    if not out_of_range(query, start):
        for slot in _new_slots(query, start, start + 1):
            ways += [Way(provider_id, None, ()) for provider_id in slot.provider_ids]
    return ways


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


def _new_slots(query: Query, since: Instant, until: Instant) -> list[Slot]:
    if _never(query):
        return []
    takers = _takers(query, since, until)
    allowed = outside(sorted(takers), [starts for _, starts in full_for_service(query)])
    duration, capacity = query.rules.duration, query.rules.capacity
    return [
        Slot(start, start + duration, tuple(takers[start]), capacity)
        for start in starts_with_room(query, allowed)
    ]


def _takers(query: Query, since: Instant, until: Instant) -> dict[Instant, list[int]]:
    """Who can give the service at which start, as far as their own time and hours go."""
    takers: dict[Instant, list[int]] = defaultdict(list)
    # Providers of one business often share its schedule, and counting it out is half the work.
    by_hours: dict[int, list[Instant]] = {}
    for provider in query.providers:
        schedule = provider.schedule
        if id(schedule) not in by_hours:
            by_hours[id(schedule)] = starts_by_hours(query.rules, schedule, since, until)
        for start in untaken(query, provider, by_hours[id(schedule)]):
            takers[start].append(provider.id)
    return takers


def _reasons_for_all(query: Query, start: Instant) -> list[Reason]:
    """Why nothing new can begin at the start, whoever would give it."""
    return [
        *out_of_range(query, start),
        *_never(query),
        *reached_at(full_for_service(query), start),
        *groups_without_room(query, start),
    ]


def _never(query: Query) -> list[Reason]:
    """Why no new session can begin at any time."""
    if query.rules.starts == Starts.PLANNED:
        return [Reason(Refusal.NOT_PLANNED)]
    if query.rules.capacity < query.spots:
        return [Reason(Refusal.NO_SPOTS)]
    return []
