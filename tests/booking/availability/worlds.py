"""Random worlds for property tests, most of them around a change of offset."""

import os
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from booking.availability import (
    Claim,
    Group,
    Limits,
    Provider,
    Query,
    Resource,
    Schedule,
    ServiceRules,
    Session,
    SlotAlignment,
    Span,
    Starts,
    WallWindow,
)
from booking.availability.values import NO_LIMITS
from tests.booking.availability.oracle import World

# The same worlds on every run; AVAILABILITY_EXAMPLES=4000 looks at more of them.
EXAMPLES = int(os.environ.get("AVAILABILITY_EXAMPLES", "60"))
steady = settings(derandomize=True, database=None, deadline=None, max_examples=EXAMPLES)
thorough = settings(steady, max_examples=3 * EXAMPLES)

# A zone and a date on which it does something worth a test.
PLACES = [
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2027, 10, 31)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2027, 10, 3)),
    ("America/Santiago", date(2027, 4, 3)),
    ("America/Santiago", date(2027, 9, 5)),
    ("Asia/Beirut", date(2027, 3, 28)),
    ("Asia/Beirut", date(2027, 10, 30)),
    ("Africa/Cairo", date(2027, 4, 30)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Pacific/Chatham", date(2027, 4, 4)),
    ("Pacific/Chatham", date(2027, 9, 26)),
    ("America/Havana", date(2027, 11, 7)),
    ("America/Nuuk", date(2027, 3, 27)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2027, 1, 1)),
    ("UTC", date(2027, 6, 1)),
]
ZONES = sorted({zone for zone, _ in PLACES})

quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
small_hours = st.integers(0, 16).map(lambda n: time(n // 4, n % 4 * 15))
wall_times = st.one_of(quarters, small_hours, st.just(time(0)))
wall_windows = st.builds(WallWindow, wall_times, wall_times)
long_days = st.just((WallWindow(time(8, 20), time(18)),))
days_windows = st.lists(wall_windows, max_size=3).map(tuple) | long_days
buffers = st.sampled_from([0, 5, 10, 15, 30, 60])


Value = TypeVar("Value")


def seldom(value: st.SearchStrategy[Value], otherwise: Value) -> st.SearchStrategy[Value]:
    """A rule that is switched on now and then: with all of them at once nothing is ever free."""
    return st.integers(0, 3).flatmap(lambda n: value if n == 3 else st.just(otherwise))


some_limit = st.sampled_from([None, None, 1, 2, 4])
limits = seldom(st.builds(Limits, some_limit, some_limit, some_limit), NO_LIMITS)


@st.composite
def schedules(draw: st.DrawFn, tz: str, around: date) -> Schedule:
    """Two kinds of days in the week, and close to `around` overrides and holidays."""
    kinds = draw(st.tuples(days_windows, days_windows))
    week = draw(st.lists(st.sampled_from(kinds), min_size=7, max_size=7))
    near = st.integers(-2, 2).map(lambda days: around + timedelta(days))
    return Schedule(
        tz=tz,
        weekly=tuple(week),
        overrides=draw(st.dictionaries(near, days_windows, max_size=2)),
        holidays=draw(seldom(st.frozensets(near, max_size=3), frozenset())),
    )


@st.composite
def service_rules(draw: st.DrawFn, schedule: Schedule | None) -> ServiceRules:
    intervals = st.sampled_from([5, 10, 15, 20, 30, 45, 50, 60, 75, 120, 480])
    return ServiceRules(
        duration_minutes=draw(st.sampled_from([5, 15, 30, 40, 60, 90, 180, 600])),
        slot_interval_minutes=draw(st.none() | intervals),
        slot_alignment=draw(st.sampled_from(SlotAlignment)),
        buffer_before_minutes=draw(buffers),
        buffer_after_minutes=draw(buffers),
        minimum_notice_minutes=draw(st.sampled_from([0, 0, 0, 7, 120, 1440])),
        booking_horizon_days=draw(st.sampled_from([0, 1, 2, 3, 30, 30, 30, 30])),
        schedule=schedule,
        starts=draw(st.sampled_from([*[Starts.HOURS] * 7, Starts.PLANNED])),
        capacity=draw(st.sampled_from([1, 2, 3, 3])),
        limits=draw(limits),
    )


@st.composite
def spans(draw: st.DrawFn, around: date) -> Span:
    midnight = int(datetime.combine(around, time(0), UTC).timestamp())
    begin = midnight + draw(st.integers(-24 * 12, 48 * 12)) * 300
    return Span(begin, begin + draw(st.integers(1, 40)) * 300, id=draw(st.integers(1, 10**6)))


@st.composite
def claims(draw: st.DrawFn, around: date) -> Claim:
    taken = draw(spans(around))
    return Claim(taken.starts_at, taken.ends_at, draw(buffers), draw(buffers), id=taken.id)


@st.composite
def sessions(draw: st.DrawFn, pk: int, provider_ids: list[int], around: date) -> Session:
    taken = draw(spans(around))
    return Session(
        starts_at=taken.starts_at,
        ends_at=taken.ends_at,
        provider_id=draw(st.sampled_from([None, *provider_ids])),
        spots_left=draw(st.integers(0, 3)),
        is_bookable=draw(st.sampled_from([True, True, False])),
        booking_deadline_minutes=draw(st.sampled_from([0, 0, 15, 1440])),
        id=pk,
    )


@st.composite
def sold(draw: st.DrawFn, around: date) -> tuple[int, ...]:
    """Starts of sessions in the weeks before and after."""
    midnight = int(datetime.combine(around, time(0), UTC).timestamp())
    hours = draw(st.lists(st.integers(-12 * 24, 12 * 24) | st.integers(-24, 48), max_size=6))
    return tuple(midnight + hour * 3600 for hour in hours)


@st.composite
def providers(draw: st.DrawFn, pk: int, tz: str, around: date) -> Provider:
    own_tz = draw(st.sampled_from([tz, tz, tz, *ZONES]))
    return Provider(
        id=pk,
        schedule=draw(schedules(own_tz, around)),
        blocked=tuple(draw(st.lists(spans(around), max_size=2))),
        claims=tuple(draw(st.lists(claims(around), max_size=6))),
        busy=tuple(draw(seldom(st.lists(spans(around), max_size=3), []))),
        limits=draw(limits),
        session_starts=draw(sold(around)),
    )


@st.composite
def rooms(draw: st.DrawFn, pk: int, tz: str, around: date) -> Resource:
    """One that is always open, or one that has all that a provider has."""
    if draw(st.booleans()):
        claimed = draw(st.lists(claims(around), max_size=3))
        return Resource(pk, None, claims=tuple(claimed))
    like = draw(providers(pk, tz, around))
    return Resource(
        id=pk,
        schedule=like.schedule,
        blocked=like.blocked,
        claims=like.claims,
        busy=like.busy,
        limits=like.limits,
        session_starts=like.session_starts,
    )


@st.composite
def groups(draw: st.DrawFn, tz: str, around: date) -> list[Group]:
    sizes = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2))
    return [
        Group(40 + n, tuple(draw(rooms(400 + 10 * n + m, tz, around)) for m in range(size)))
        for n, size in enumerate(sizes)
    ]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    tz, day = draw(st.sampled_from(PLACES))
    zones = st.sampled_from([tz, tz, tz, *ZONES])
    first = day + timedelta(draw(st.integers(-1, 1)))
    narrowing = draw(st.none() | st.none() | zones.flatmap(lambda zone: schedules(zone, day)))
    ids = draw(st.sampled_from([[7], [7], [9, 2]]))
    begins = int(datetime.combine(first, time(0), UTC).timestamp())
    numbers = range(900, 900 + draw(st.sampled_from([0, 0, 1, 3])))
    query = Query(
        rules=draw(service_rules(narrowing)),
        providers=tuple(draw(providers(pk, tz, day)) for pk in ids),
        business_tz=draw(zones),
        now=begins
        + draw(st.one_of(st.integers(-48 * 3600, 24 * 3600), *[st.just(-40 * 3600)] * 2)),
        groups=tuple(draw(seldom(groups(tz, day), []))),
        sessions=tuple(draw(sessions(pk, ids, day)) for pk in numbers),
        session_starts=draw(sold(day)),
        spots=draw(st.sampled_from([1, 1, 1, 1, 2, 3])),
    )
    return World(
        query=query,
        viewer_tz=draw(zones),
        first=first,
        last=first + timedelta(draw(st.integers(0, 1))),
        include_full=draw(st.booleans()),
    )
