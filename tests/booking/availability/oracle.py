"""The rules of time once more, as naively as possible: every question is asked minute by minute.

Written apart from the engine; it borrows nothing but the dataclasses. It is right for times on
whole minutes and zones whose offsets are whole minutes. A reason is a tuple of its code and what it
points at.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from booking.availability import (
    Claim,
    Group,
    Limits,
    Provider,
    Query,
    Resource,
    Schedule,
    Session,
    Span,
    WallWindow,
)

Reasons: TypeAlias = set[tuple[object, ...]]
Way: TypeAlias = tuple[int | None, int | None, Reasons]
Offer: TypeAlias = tuple[int, int, tuple[int, ...], int, int | None]


@dataclass
class World:
    """A query, and the dates on which it is asked."""

    query: Query
    viewer_tz: str
    first: date
    last: date
    include_full: bool = False


class Oracle:
    """Knows all about one world around its dates."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.query = world.query
        self.rules = world.query.rules
        self.providers = [ProviderOracle(world, provider) for provider in self.query.providers]
        members = [member for group in self.query.groups for member in group.resources]
        self.members = {member.id: ResourceOracle(world, member) for member in members}

    def offered(self) -> list[Offer]:
        """Start, end, providers, spots left and session of all slots, one minute after another."""
        begin = datetime.combine(self.world.first, time(0), UTC) - timedelta(hours=30)
        end = datetime.combine(self.world.last, time(0), UTC) + timedelta(hours=54)
        offers = []
        for minute in range(int(begin.timestamp()), int(end.timestamp()), 60):
            day = reading(minute, self.world.viewer_tz).date()
            if self.world.first <= day <= self.world.last:
                offers += self.offers_at(minute)
        return offers

    def offers_at(self, start: int) -> list[Offer]:
        offers: list[Offer] = []
        # Most minutes are neither open nor on the grid, which is quickly seen.
        if any(one.may_begin(start) for one in self.providers):
            new = [(one, why) for one, session, why in self.ways(start) if session is None]
            takers = tuple(one for one, why in new if one is not None and not why)
            if takers:
                end = start + self.rules.duration_minutes * 60
                offers.append((start, end, takers, self.rules.capacity, None))
        for session in self.query.sessions:
            if session.starts_at == start and self.can_be_shown(session):
                one = session.provider_id
                takers = () if one is None else (one,)
                offers.append((start, session.ends_at, takers, session.spots_left, session.id))
        return offers

    def can_be_shown(self, session: Session) -> bool:
        against = self.against_joining(session)
        if self.world.include_full:
            against.discard(("no_spots",))
        return not against

    def ways(self, start: int) -> list[Way]:
        ways: list[Way] = [
            (session.provider_id, session.id, self.against_joining(session))
            for session in self.query.sessions
            if session.starts_at == start
        ]
        if self.rules.starts == "planned":
            nothing_planned = self.out_of_range(start) | {("not_planned",)}
            return ways or [(None, None, nothing_planned)]
        against_all = self.out_of_range(start) | self.against_new(start)
        ways += [
            (one.resource.id, None, one.reasons(start) | against_all) for one in self.providers
        ]
        return ways

    def out_of_range(self, start: int) -> Reasons:
        tz = self.query.business_tz
        reasons: Reasons = set()
        if (start - self.query.now) / 60 < self.rules.minimum_notice_minutes:
            reasons.add(("notice",))
        days_ahead = (reading(start, tz).date() - reading(self.query.now, tz).date()).days
        if days_ahead > self.rules.booking_horizon_days:
            reasons.add(("horizon",))
        return reasons

    def against_joining(self, session: Session) -> Reasons:
        reasons = self.out_of_range(session.starts_at)
        if not session.is_bookable:
            reasons.add(("not_bookable",))
        if (session.starts_at - self.query.now) / 60 < session.booking_deadline_minutes:
            reasons.add(("deadline",))
        if self.query.spots > session.spots_left:
            reasons.add(("no_spots",))
        return reasons

    def against_new(self, start: int) -> Reasons:
        query = self.query
        reasons = full(self.rules.limits, query.session_starts, start, query.business_tz, None)
        if query.spots > self.rules.capacity:
            reasons.add(("no_spots",))
        for group in query.groups:
            of_members = self.of_members(group, start)
            if all(why for _, why in of_members):
                reasons.add(("no_room", group.id, of_members))
        return reasons

    def of_members(self, group: Group, start: int) -> tuple[tuple[int, frozenset[object]], ...]:
        return tuple(
            (member.id, frozenset(self.members[member.id].reasons(start)))
            for member in group.resources
        )


class ResourceOracle:
    """Knows all about the time of one room, or of one provider but for the grid."""

    def __init__(self, world: World, resource: Resource) -> None:
        self.query = world.query
        self.rules = world.query.rules
        self.resource = resource
        self.hours = [] if resource.schedule is None else [Hours(world, resource.schedule)]

    def reasons(self, start: int) -> Reasons:
        minutes, own = range(start, start + self.rules.duration_minutes * 60, 60), self.resource
        reasons = full(own.limits, own.session_starts, start, self.query.business_tz, own.id) | {
            ("blocked", span.id) for span in own.blocked if covers(span, minutes)
        }
        for claim in own.claims:
            if covers(claim, minutes):
                reasons.add(("claimed", claim.id))
            elif self.is_near(claim, minutes):
                reasons.add(("buffer", claim.id))
        for busy in own.busy:
            if covers(busy, minutes):
                reasons.add(("busy", busy.id))
            elif self.is_near(busy, minutes):
                reasons.add(("buffer", busy.id))
        for hours in self.hours:
            reasons |= {(*why, own.id) for why in hours.closed(minutes)}
        return reasons

    def is_near(self, span: Span, minutes: range) -> bool:
        sold = (0, 0)
        if isinstance(span, Claim):
            sold = (span.buffer_before_minutes, span.buffer_after_minutes)
        if span.starts_at > minutes[0]:
            gap = (span.starts_at - minutes[-1]) // 60 - 1
            return gap < self.rules.buffer_after_minutes or gap < sold[0]
        gap = (minutes[0] - span.ends_at) // 60
        return gap < self.rules.buffer_before_minutes or gap < sold[1]


class ProviderOracle(ResourceOracle):
    def __init__(self, world: World, provider: Provider) -> None:
        super().__init__(world, provider)
        self.tz = provider.schedule.tz
        by_date = [minutes for _, minutes in self.hours[0].by_date]
        self.narrowing = None
        if self.rules.schedule is not None:
            self.narrowing = Hours(world, self.rules.schedule)
            by_date = [minutes & self.narrowing.open for minutes in by_date]
        self.open: set[int] = set().union(*by_date)
        # The minutes of each date's windows stay apart, for each date counts its own grid.
        self.beginnings = [
            minute for minutes in by_date for minute in minutes if minute - 60 not in minutes
        ]

    def may_begin(self, start: int) -> bool:
        return start in self.open and self.is_on_grid(start)

    def reasons(self, start: int) -> Reasons:
        reasons = super().reasons(start)
        if self.narrowing is not None:
            minutes = range(start, start + self.rules.duration_minutes * 60, 60)
            reasons |= {(*why, None) for why in self.narrowing.closed(minutes)}
        if start in self.open and not self.is_on_grid(start):
            reasons.add(("off_grid",))
        return reasons

    def is_on_grid(self, start: int) -> bool:
        rules = self.rules
        step = rules.slot_interval_minutes
        if step is None:
            larger = max(rules.buffer_before_minutes, rules.buffer_after_minutes)
            step = rules.duration_minutes + larger
        if rules.slot_alignment == "clock":
            local = reading(start, self.tz)
            return (local.hour * 60 + local.minute) % step == 0
        begun = max(minute for minute in self.beginnings if minute <= start)
        return (start - begun) // 60 % step == 0


class Hours:
    """Which minutes a schedule opens, and which an override or a holiday has shut."""

    def __init__(self, world: World, schedule: Schedule) -> None:
        days = range(-5, (world.last - world.first).days + 6)
        self.by_date: list[tuple[date, set[int]]] = []
        self.shut_by: dict[tuple[str, date], set[int]] = {}
        for day in (world.first + timedelta(days=n) for n in days):
            usual = minutes_of(day, schedule.weekly[day.weekday()], schedule.tz)
            if day in schedule.overrides:
                self.by_date.append((day, minutes_of(day, schedule.overrides[day], schedule.tz)))
                self.shut_by["override", day] = usual
            elif day in schedule.holidays:
                self.shut_by["holiday", day] = usual
            else:
                self.by_date.append((day, usual))
        self.open: set[int] = set().union(*(minutes for _, minutes in self.by_date))

    def closed(self, minutes: range) -> Reasons:
        """For each minute that is not open: what has shut it, or that it never is open."""
        reasons: Reasons = set()
        for minute in minutes:
            if minute not in self.open:
                shut_by = {why for why, shut in self.shut_by.items() if minute in shut}
                reasons |= shut_by or {("closed", None)}
        return reasons


def full(limits: Limits, sold: tuple[int, ...], start: int, tz: str, owner: int | None) -> Reasons:
    """The periods around the start that hold as many sessions as they may."""
    day = reading(start, tz).date()
    dates = [reading(one, tz).date() for one in sold]
    same_day = [one for one in dates if one == day]
    same_week = [one for one in dates if one.isocalendar()[:2] == day.isocalendar()[:2]]
    same_month = [one for one in dates if (one.year, one.month) == (day.year, day.month)]
    reasons: Reasons = set()
    if limits.day is not None and len(same_day) >= limits.day:
        reasons.add(("limit", "day", day, owner))
    if limits.week is not None and len(same_week) >= limits.week:
        monday = date.fromisocalendar(*day.isocalendar()[:2], 1)
        reasons.add(("limit", "week", monday, owner))
    if limits.month is not None and len(same_month) >= limits.month:
        reasons.add(("limit", "month", date(day.year, day.month, 1), owner))
    return reasons


def covers(span: Span, minutes: range) -> bool:
    return any(span.starts_at <= minute < span.ends_at for minute in minutes)


def minutes_of(day: date, windows: tuple[WallWindow, ...], tz: str) -> set[int]:
    """Every open minute of the windows, should they start on the date."""
    minutes: set[int] = set()
    if not exists(day, tz):
        return minutes
    for window in windows:
        runs_over = window.end <= window.start
        begin = instant_of(datetime.combine(day, window.start), tz)
        end = instant_of(datetime.combine(day, window.end) + timedelta(runs_over), tz)
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
