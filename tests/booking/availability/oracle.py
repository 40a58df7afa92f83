"""The rules of time once more, as naively as possible: every question is asked minute by minute.

Written apart from the engine; it borrows nothing but the dataclasses. It is right for times on
whole minutes and zones whose offsets are whole minutes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from booking.availability import Claim, Provider, Schedule, ServiceRules, Span


@dataclass
class World:
    """All that a query depends on."""

    rules: ServiceRules
    providers: list[Provider]
    business_tz: str
    viewer_tz: str
    first: date
    last: date
    now: int


def offered(world: World) -> list[tuple[int, int]]:
    """All (start, provider) pairs, tried one minute after the other."""
    pairs = []
    begin = datetime.combine(world.first, time(0), UTC) - timedelta(hours=30)
    end = datetime.combine(world.last, time(0), UTC) + timedelta(hours=54)
    oracles = [Oracle(world, provider) for provider in world.providers]
    for minute in range(int(begin.timestamp()), int(end.timestamp()), 60):
        if world.first <= reading(minute, world.viewer_tz).date() <= world.last:
            pairs += [(minute, oracle.provider.id) for oracle in oracles if oracle.offers(minute)]
    return pairs


class Oracle:
    """Knows all about one provider in one world, around its dates."""

    def __init__(self, world: World, provider: Provider) -> None:
        self.world = world
        self.provider = provider
        days = (world.last - world.first).days
        self.dates = [world.first + timedelta(days=n) for n in range(-5, days + 6)]
        also = world.rules.schedule
        also_open = None if also is None else set().union(*self.minutes_by_date(also))
        # The minutes of each date's windows stay apart, for each date counts its own grid.
        self.open_by_date = [
            minutes if also_open is None else minutes & also_open
            for minutes in self.minutes_by_date(provider.schedule)
        ]
        self.open: set[int] = set().union(*self.open_by_date)
        self.beginnings = [
            minute
            for minutes in self.open_by_date
            for minute in minutes
            if minute - 60 not in minutes
        ]

    def minutes_by_date(self, schedule: Schedule) -> list[set[int]]:
        return [minutes_of(day, schedule) for day in self.dates]

    def offers(self, start: int) -> bool:
        # Most minutes are neither open nor on the grid, which is quickly seen.
        return start in self.open and self.is_on_grid(start) and not self.reasons(start)

    def reasons(self, start: int) -> set[str]:
        rules, minutes = self.world.rules, self.minutes_from(start)
        tests = {
            "closed": any(minute not in self.open for minute in minutes),
            "off_grid": start in self.open and not self.is_on_grid(start),
            "blocked": any(covers(span, minutes) for span in self.provider.blocked),
            "claimed": any(covers(claim, minutes) for claim in self.provider.claims),
            "buffer": any(self.crowds(claim, minutes) for claim in self.provider.claims),
            "notice": (start - self.world.now) / 60 < rules.minimum_notice_minutes,
            "horizon": self.days_ahead(start) > rules.booking_horizon_days,
        }
        return {name for name, failed in tests.items() if failed}

    def minutes_from(self, start: int) -> range:
        return range(start, start + self.world.rules.duration_minutes * 60, 60)

    def is_on_grid(self, start: int) -> bool:
        rules = self.world.rules
        step = rules.slot_interval_minutes
        if step is None:
            larger = max(rules.buffer_before_minutes, rules.buffer_after_minutes)
            step = rules.duration_minutes + larger
        if rules.slot_alignment == "clock":
            local = reading(start, self.provider.schedule.tz)
            return (local.hour * 60 + local.minute) % step == 0
        begun = max(minute for minute in self.beginnings if minute <= start)
        return (start - begun) // 60 % step == 0

    def crowds(self, claim: Claim, minutes: range) -> bool:
        rules = self.world.rules
        if covers(claim, minutes):
            return False
        if claim.starts_at > minutes[0]:
            gap = (claim.starts_at - minutes[-1]) // 60 - 1
            return gap < rules.buffer_after_minutes or gap < claim.buffer_before_minutes
        gap = (minutes[0] - claim.ends_at) // 60
        return gap < rules.buffer_before_minutes or gap < claim.buffer_after_minutes

    def days_ahead(self, start: int) -> int:
        tz = self.world.business_tz
        return (reading(start, tz).date() - reading(self.world.now, tz).date()).days


def covers(span: Span, minutes: range) -> bool:
    return any(span.starts_at <= minute < span.ends_at for minute in minutes)


def minutes_of(day: date, schedule: Schedule) -> set[int]:
    """Every open minute of the windows that start on the date."""
    minutes: set[int] = set()
    if not exists(day, schedule.tz):
        return minutes
    weekly = schedule.weekly[day.weekday()]
    for window in schedule.overrides.get(day, weekly):
        runs_over = window.end <= window.start
        begin = instant_of(datetime.combine(day, window.start), schedule.tz)
        end = instant_of(datetime.combine(day, window.end) + timedelta(runs_over), schedule.tz)
        minutes.update(range(begin, end, 60))
    return minutes


@cache
def exists(day: date, tz: str) -> bool:
    noon = int(datetime.combine(day, time(12), UTC).timestamp())
    quarters = range(noon - 48 * 3600, noon + 48 * 3600, 900)
    return any(reading(quarter, tz).date() == day for quarter in quarters)


@cache
def instant_of(wall: datetime, tz: str) -> int:
    """RFC 5545 by trial: the first time that it reads so, else by the clock before the gap."""
    as_utc = int(wall.replace(tzinfo=UTC).timestamp())
    candidates = range(as_utc - 15 * 3600, as_utc + 15 * 3600, 900)
    readings = [minute for minute in candidates if reading(minute, tz) == wall]
    if readings:
        return readings[0]
    before = candidates[0]
    while reading(before + 60, tz) < wall:
        before += 60
    return before + int((wall - reading(before, tz)).total_seconds())


@lru_cache(maxsize=300_000)
def reading(instant: int, tz: str) -> datetime:
    """What clocks in the zone show, as a datetime without one."""
    return datetime.fromtimestamp(instant, ZoneInfo(tz)).replace(tzinfo=None, fold=0)
