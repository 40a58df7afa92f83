"""The starts a service counts in open time, whatever is free: rule 5 of the rules of time.

A grid is a sequence of `range`s of instants, in order, each evenly spaced from its own beginning.
Neither claims nor the dates that were asked for have a say in it.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from booking.availability.intervals import Interval, clip
from booking.availability.opening import OpenTime
from booking.availability.values import DAY, Instant, ServiceRules, SlotAlignment
from booking.availability.wallclock import offset_stretches


def grid_between(
    rules: ServiceRules, opening: OpenTime, tz: str, since: Instant, until: Instant
) -> Iterable[range]:
    """The grid that `rules` ask for; complete in what is open between `since` and `until`.

    `tz` is the zone of the provider's schedule, by whose clock aligned starts are counted.
    """
    if rules.slot_alignment == SlotAlignment.CLOCK:
        return clock_grid(rules.interval, tz, since, until)
    return window_grid(rules.interval, opening)


def window_grid(interval: int, opening: OpenTime) -> Iterator[range]:
    """Every `interval` seconds from each window's beginning up to where a later window begins.

    So at any time the window that began last counts, even if it ends before an earlier one does.
    """
    if opening.time:
        closing = opening.time[-1][1]
        for begin, next_begin in pairwise([*opening.beginnings, closing]):
            yield range(begin, next_begin, interval)


def clock_grid(interval: int, tz: str, since: Instant, until: Instant) -> Iterator[range]:
    """The instants when clocks in `tz` show a multiple of `interval` seconds since 00:00.

    Each date counts afresh. Times that come twice are both there, skipped times are not.
    """
    for begin, end, offset in offset_stretches(tz, since, until):
        first_midnight = (begin + offset) // DAY * DAY - offset
        for midnight in range(first_midnight, end, DAY):
            yield _ticks(midnight, max(midnight, begin), min(midnight + DAY, end), interval)


def starts_on_grid(grid: Iterable[range], open_starts: list[Interval]) -> list[Instant]:
    """The instants of the grid that lie in `open_starts` (ordered, disjoint), in order."""
    starts: list[Instant] = []
    for ticks in grid:
        for begin, end in clip(open_starts, ticks.start, ticks.stop):
            starts += _ticks(ticks.start, begin, end, ticks.step)
    return starts


def _ticks(origin: Instant, begin: Instant, end: Instant, interval: int) -> range:
    """Every `interval` seconds, counted from `origin`, as far as it lies in `[begin, end)`."""
    return range(begin + (origin - begin) % interval, end, interval)
