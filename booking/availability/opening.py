"""Opening hours as real time: rules 1 to 4 of the rules of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from booking.availability.intervals import Interval, clip, union
from booking.availability.values import Instant, Schedule, ServiceRules
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
    dates = _dates_between(schedule.tz, since, until)
    return [window for day in dates for window in _windows_starting_on(day, schedule)]


def _dates_between(tz: str, since: Instant, until: Instant) -> Iterator[date]:
    # One day back for windows over midnight, one more for a date left out at the date line.
    first = days_later(local_date(since, tz), -2)
    last = local_date(until, tz)
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _windows_starting_on(day: date, schedule: Schedule) -> list[Interval]:
    wall_windows = schedule.overrides.get(day, schedule.weekly[day.weekday()])
    if not wall_windows or not day_exists(day, schedule.tz):
        return []
    next_day = days_later(day, 1)
    windows = []
    for window in wall_windows:
        end_day = day if window.start < window.end else next_day
        begin = resolve_wall(day, window.start, schedule.tz)
        end = resolve_wall(end_day, window.end, schedule.tz)
        # A window inside a gap can come out empty or reversed.
        if begin < end:
            windows.append((begin, end))
    return union(windows)
