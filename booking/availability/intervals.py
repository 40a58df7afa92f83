"""Half-open intervals of real time as plain pairs, and lists of them."""

import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from booking.availability.values import Instant

Interval: TypeAlias = tuple[Instant, Instant]

_NEVER: Interval = (sys.maxsize, sys.maxsize)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as intervals in order that neither overlap nor touch."""
    joined: list[Interval] = []
    last_end: Instant | None = None
    for begin, end in sorted(intervals):
        if last_end is None or begin > last_end:
            joined.append((begin, end))
            last_end = end
        elif end > last_end:
            joined[-1] = (joined[-1][0], end)
            last_end = end
    return joined


def clip(intervals: Sequence[Interval], begin: Instant, end: Instant) -> Iterator[Interval]:
    """The parts of ordered, disjoint intervals that lie in `[begin, end)`."""
    nearest = max(bisect_left(intervals, (begin,)) - 1, 0)
    for index in range(nearest, len(intervals)):
        part_begin, part_end = intervals[index]
        if part_begin >= end:
            return
        if part_end > begin:
            yield max(part_begin, begin), min(part_end, end)


def cut(intervals: Iterable[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """What is left of the intervals without `taken`, which is ordered and disjoint."""
    left = []
    for begin, end in intervals:
        free_from = begin
        for taken_begin, taken_end in clip(taken, begin, end):
            if free_from < taken_begin:
                left.append((free_from, taken_begin))
            free_from = taken_end
        if free_from < end:
            left.append((free_from, end))
    return left


def outside(instants: Iterable[Instant], intervals: Iterable[Interval]) -> list[Instant]:
    """Those of the instants, which come in order, that lie in none of the intervals."""
    free = []
    covered_until = -sys.maxsize
    upcoming = iter(sorted(intervals))
    begin, end = next(upcoming, _NEVER)
    for instant in instants:
        while begin <= instant:
            if end > covered_until:
                covered_until = end
            begin, end = next(upcoming, _NEVER)
        if instant >= covered_until:
            free.append(instant)
    return free
