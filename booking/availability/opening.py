"""Opening hours as real time: rules 1 to 4 of the rules of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from booking.availability.intervals import Interval, clip, cut, union
from booking.availability.reasons import Closed, Refusal
from booking.availability.values import Instant, Schedule, ServiceRules, WallWindow
from booking.availability.wallclock import day_exists, days_later, local_date, resolve_wall


@dataclass(frozen=True, slots=True)
class OpenTime:
    """`time`: when it is open. `beginnings`: where a window begins, in order, each once.

    A beginning can lie inside open time, where the window of one date runs into the next date's.
    """

    time: list[Interval]
    beginnings: list[Instant]


def open_time(
    schedule: Schedule, narrowed_by: Schedule | None, since: Instant, until: Instant
) -> OpenTime:
    """All open time in `[since, until)`, reaching beyond it as far as its windows do.

    Narrowing leaves the parts of each window in which the other schedule is open too, and each
    part is then a window of its own.
    """
    windows = windows_between(schedule, since, until)
    if narrowed_by is not None:
        also_open = union(windows_between(narrowed_by, since, until))
        windows = [part for window in windows for part in clip(also_open, *window)]
    return OpenTime(time=union(windows), beginnings=sorted({begin for begin, _ in windows}))


def fitting_starts(opening: OpenTime, rules: ServiceRules) -> list[Interval]:
    """The starts from which the whole duration is open, as ordered intervals."""
    last = rules.duration - 1
    return [(begin, end - last) for begin, end in opening.time if begin < end - last]


def windows_between(schedule: Schedule, since: Instant, until: Instant) -> list[Interval]:
    """The windows of all local dates that can reach into `[since, until)`.

    Windows that start on one date and overlap or touch are one. Those of different dates are not
    joined and may overlap.
    """
    tz = schedule.tz
    return [
        window
        for day in _dates_between(tz, since, until)
        for window in _windows_on(day, _hours_of(day, schedule), tz)
    ]


def why_closed(
    schedule: Schedule, since: Instant, until: Instant, resource_id: int | None
) -> list[Closed]:
    """Why not all of `[since, until)` is open; nothing if it is.

    Overrides and holidays are named if the weekly hours had been open then; what they leave
    unexplained is simply closed.
    """
    missing = cut([(since, until)], union(windows_between(schedule, since, until)))
    if not missing:
        return []
    dropped: list[Interval] = []
    reasons = []
    for day in _dates_between(schedule.tz, since, until):
        windows = _dropped_on(day, schedule)
        if any(any(clip(missing, *window)) for window in windows):
            code = Refusal.OVERRIDE if day in schedule.overrides else Refusal.HOLIDAY
            reasons.append(Closed(code, resource_id, day))
            dropped += windows
    if cut(missing, union(dropped)):
        reasons.insert(0, Closed(Refusal.CLOSED, resource_id))
    return reasons


def _dates_between(tz: str, since: Instant, until: Instant) -> Iterator[date]:
    # One day back for windows over midnight, one more for a date left out at the date line.
    first = days_later(local_date(since, tz), -2)
    last = local_date(until, tz)
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _hours_of(day: date, schedule: Schedule) -> tuple[WallWindow, ...]:
    own = schedule.overrides.get(day)
    if own is not None:
        return own
    return () if day in schedule.holidays else schedule.weekly[day.weekday()]


def _dropped_on(day: date, schedule: Schedule) -> list[Interval]:
    """The weekly windows of a date that has an override or a holiday in their place."""
    if day in schedule.overrides or day in schedule.holidays:
        return _windows_on(day, schedule.weekly[day.weekday()], schedule.tz)
    return []


def _windows_on(day: date, hours: tuple[WallWindow, ...], tz: str) -> list[Interval]:
    if not hours or not day_exists(day, tz):
        return []
    next_day = days_later(day, 1)
    windows = []
    for window in hours:
        end_day = day if window.start < window.end else next_day
        begin = resolve_wall(day, window.start, tz)
        end = resolve_wall(end_day, window.end, tz)
        # A window inside a gap can come out empty or reversed.
        if begin < end:
            windows.append((begin, end))
    return union(windows)
