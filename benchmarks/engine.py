"""How long the engine takes, next to the plainest interval subtraction that says the same.

`python -m benchmarks.engine` needs neither a database nor settings. Both sides are timed in turn in
one process, so that a busy machine slows both, and have to give the very same answer.
"""

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from statistics import median
from typing import TypeAlias
from zoneinfo import ZoneInfo

from booking.availability import (
    Claim,
    Provider,
    Query,
    Schedule,
    ServiceRules,
    SlotAlignment,
    WallWindow,
    find_slots,
    iso_times,
    wallclock,
)

# A slot as the page and the API need it: its start for the business and for the viewer.
Times: TypeAlias = list[tuple[str, str]]

BUSINESS_TZ, VIEWER_TZ = "Europe/Berlin", "America/New_York"
# The clocks change in both zones' Marches; the range holds the change in Berlin.
FIRST, DAYS = date(2027, 3, 15), 30
OPENS, CLOSES = wall_time(9), wall_time(17)
WORKING_DAYS = range(5)
DURATION, INTERVAL, MINUTE = 30 * 60, 30 * 60, 60
CLAIMS_PER_DAY = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; times are medians in milliseconds."""

    name: str
    slots: int
    engine: float
    plain: float

    @property
    def ratio(self) -> float:
        return self.engine / self.plain


def working_dates() -> list[date]:
    dates = (FIRST + timedelta(days=number) for number in range(DAYS))
    return [day for day in dates if day.weekday() in WORKING_DAYS]


def claims(seed: int) -> tuple[Claim, ...]:
    """Eight sessions on each working day, of a quarter to half an hour, in no order."""
    chance, taken = random.Random(seed), []  # noqa: S311
    for day in working_dates():
        opens = datetime.combine(day, OPENS, ZoneInfo(BUSINESS_TZ)).timestamp()
        for _ in range(CLAIMS_PER_DAY):
            begin = int(opens) + chance.randrange(0, 95) * 5 * MINUTE
            taken.append(Claim(begin, begin + chance.choice((15, 20, 30)) * MINUTE, 0, 0))
    chance.shuffle(taken)
    return tuple(taken)


def month(providers: int) -> Query:
    """A month of a business with so many providers, all working the same hours."""
    hours = (WallWindow(OPENS, CLOSES),)
    schedule = Schedule(BUSINESS_TZ, tuple(hours if n in WORKING_DAYS else () for n in range(7)))
    rules = ServiceRules(
        duration_minutes=DURATION // MINUTE,
        slot_interval_minutes=INTERVAL // MINUTE,
        slot_alignment=SlotAlignment.WINDOW,
        buffer_before_minutes=0,
        buffer_after_minutes=0,
        minimum_notice_minutes=0,
        booking_horizon_days=60,
        schedule=None,
    )
    return Query(
        rules=rules,
        providers=tuple(
            Provider(pk, schedule, claims=claims(seed=pk)) for pk in range(1, providers + 1)
        ),
        business_tz=BUSINESS_TZ,
        now=int(datetime(2027, 3, 14, 12, tzinfo=UTC).timestamp()),
    )


def by_engine(query: Query) -> Times:
    last = FIRST + timedelta(days=DAYS - 1)
    slots = find_slots(query, viewer_tz=BUSINESS_TZ, first=FIRST, last=last)
    starts = [slot.starts_at for slot in slots]
    return list(zip(iso_times(starts, BUSINESS_TZ), iso_times(starts, VIEWER_TZ), strict=True))


def by_subtraction(query: Query) -> Times:
    """Weekday windows minus what is taken, cut into starts; blind to every other rule."""
    zone = ZoneInfo(BUSINESS_TZ)
    windows = [
        (
            int(datetime.combine(day, OPENS, zone).timestamp()),
            int(datetime.combine(day, CLOSES, zone).timestamp()),
        )
        for day in working_dates()
    ]
    starts: set[int] = set()
    for provider in query.providers:
        starts.update(subtract(windows, provider.claims))
    viewer = ZoneInfo(VIEWER_TZ)
    return [
        (
            datetime.fromtimestamp(start, zone).isoformat(),
            datetime.fromtimestamp(start, viewer).isoformat(),
        )
        for start in sorted(starts)
    ]


def subtract(windows: Sequence[tuple[int, int]], taken: Sequence[Claim]) -> list[int]:
    busy = sorted((claim.starts_at, claim.ends_at) for claim in taken)
    starts, index = [], 0
    for opens, closes in windows:
        start = opens
        while start + DURATION <= closes:
            while index < len(busy) and busy[index][1] <= start:
                index += 1
            if index == len(busy) or busy[index][0] >= start + DURATION:
                starts.append(start)
            start += INTERVAL
    return starts


def forget() -> None:
    """Be as a new process is: no zone read, no time looked up or put in words."""
    ZoneInfo.clear_cache()
    for cache in vars(wallclock).values():
        if hasattr(cache, "cache_clear"):
            cache.cache_clear()


def measure(name: str, query: Query, *, rounds: int, cold: bool = False) -> Row:
    assert by_engine(query) == by_subtraction(query)
    engine: list[float] = []
    plain: list[float] = []
    for _ in range(rounds):
        for answer, times in ((by_engine, engine), (by_subtraction, plain)):
            if cold:
                forget()
            times.append(_milliseconds(answer, query))
    return Row(name, len(by_engine(query)), median(engine), median(plain))


def _milliseconds(answer: Callable[[Query], Times], query: Query) -> float:
    began = time.perf_counter()
    answer(query)
    return (time.perf_counter() - began) * 1000


def main() -> int:
    one = month(1)
    gc.disable()
    rows = [
        measure("one provider", one, rounds=400),
        measure("one provider, cold caches", one, rounds=100, cold=True),
        measure("20 providers", month(20), rounds=60),
        measure("20 providers, cold caches", month(20), rounds=30, cold=True),
    ]
    print(f"| {DAYS} days, 176 intervals a provider | slots | engine, ms | plain, ms | ratio |")
    print("|---|--:|--:|--:|--:|")
    for row in rows:
        print(
            f"| {row.name} | {row.slots} | {row.engine:.2f} | {row.plain:.2f} | {row.ratio:.2f} |"
        )
    return int(rows[0].ratio > 1.5)


if __name__ == "__main__":
    sys.exit(main())
