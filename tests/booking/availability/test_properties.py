"""What must hold in every world, checked against the oracle and against the engine itself."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.availability import (
    Closed,
    LimitReached,
    Limits,
    NoRoom,
    Query,
    Reason,
    Resource,
    Slot,
    Span,
    Starts,
    Taken,
    choose_resources,
    explain,
    find_slots,
    group_by_date,
    open_ways,
)
from tests.booking.availability import oracle
from tests.booking.availability.oracle import Offer, Oracle, World
from tests.booking.availability.worlds import steady, thorough, worlds

pytestmark = pytest.mark.generated


def slots_in(world: World) -> list[Slot]:
    return find_slots(
        world.query,
        viewer_tz=world.viewer_tz,
        first=world.first,
        last=world.last,
        include_full=world.include_full,
    )


def offers(slots: list[Slot]) -> list[Offer]:
    return [
        (slot.starts_at, slot.ends_at, slot.provider_ids, slot.spots_left, slot.session_id)
        for slot in slots
    ]


def pairs_in(world: World) -> set[tuple[int, int]]:
    """Every new start with everybody who can take it."""
    new = [slot for slot in slots_in(world) if slot.session_id is None]
    return {(slot.starts_at, pk) for slot in new for pk in slot.provider_ids}


def in_short(reason: Reason) -> tuple[object, ...]:
    """The reason as the oracle would write it."""
    code = str(reason.code)
    match reason:
        case Closed():
            return (code, reason.local_date, reason.resource_id)
        case Taken():
            return (code, reason.span.id)
        case LimitReached():
            return (code, str(reason.period), reason.first_date, reason.resource_id)
        case NoRoom():
            members = ((one.resource_id, map(in_short, one.reasons)) for one in reason.members)
            return (code, reason.group_id, tuple((pk, frozenset(why)) for pk, why in members))
    return (code,)


def starts_around(world: World, fives: list[int]) -> set[int]:
    """Instants of the world's dates, five minutes' steps after the first midnight."""
    begins = int(datetime.combine(world.first, time(0), ZoneInfo(world.viewer_tz)).timestamp())
    return {start for five in fives if is_asked(world, start := begins + five * 300)}


def is_asked(world: World, start: int) -> bool:
    return world.first <= oracle.reading(start, world.viewer_tz).date() <= world.last


@thorough
@given(worlds())
def test_engine_offers_what_the_oracle_offers(world: World) -> None:
    assert offers(slots_in(world)) == Oracle(world).offered()


@thorough
@given(worlds(), st.lists(st.integers(-300, 3000), min_size=20, max_size=20))
def test_reasons_are_those_of_the_oracle(world: World, minutes: list[int]) -> None:
    midnight = world.query.now // 86400 * 86400
    naive = Oracle(world)
    planned = [session.starts_at for session in world.query.sessions]
    for start in [*(midnight + minute * 60 for minute in minutes), *planned]:
        ways = [
            (way.provider_id, way.session_id, set(map(in_short, way.reasons)))
            for way in explain(world.query, start=start).ways
        ]
        assert ways == naive.ways(start)


@thorough
@given(worlds(), st.lists(st.integers(0, 2 * 288), max_size=30))
def test_start_is_offered_exactly_when_nothing_refuses_it(world: World, fives: list[int]) -> None:
    offered = slots_in(replace(world, include_full=False))
    ways_offered = {
        (slot.starts_at, pk, slot.session_id)
        for slot in offered
        for pk in slot.provider_ids or [None]
    }
    starts = {slot.starts_at for slot in offered} | starts_around(world, fives)
    explained = {
        (start, way.provider_id, way.session_id)
        for start in starts
        for way in explain(world.query, start=start).ways
        if not way.reasons
    }
    assert explained == ways_offered


@thorough
@given(worlds(), st.lists(st.integers(0, 2 * 288), max_size=30))
def test_open_ways_are_those_that_nothing_refuses(world: World, fives: list[int]) -> None:
    offered = {slot.starts_at for slot in slots_in(world)}
    for start in offered | starts_around(world, fives):
        explained = explain(world.query, start=start).ways
        assert open_ways(world.query, start=start) == [way for way in explained if not way.reasons]


@steady
@given(worlds(), st.lists(st.integers(0, 2 * 288), max_size=10))
def test_start_that_is_not_offered_has_a_reason(world: World, fives: list[int]) -> None:
    for start in starts_around(world, fives):
        explanation = explain(world.query, start=start)
        assert explanation.is_offered is (not explanation.reasons)


@steady
@given(worlds(), st.lists(st.integers(0, 2 * 288), max_size=10))
def test_no_reason_is_told_twice(world: World, fives: list[int]) -> None:
    for start in starts_around(world, fives):
        for way in explain(world.query, start=start).ways:
            told = [(type(reason), in_short(reason)) for reason in way.reasons]
            taken = [one for one in told if one[0] is not Taken]
            assert len(taken) == len(set(taken))


@steady
@given(worlds())
def test_slots_are_ordered_and_last_their_real_time(world: World) -> None:
    slots = slots_in(world)
    starts = [slot.starts_at for slot in slots]
    assert starts == sorted(starts)
    new = [slot for slot in slots if slot.session_id is None]
    assert len({slot.starts_at for slot in new}) == len(new)
    given_order = [provider.id for provider in world.query.providers]
    for slot in new:
        assert slot.ends_at - slot.starts_at == world.query.rules.duration_minutes * 60
        assert list(slot.provider_ids) == [pk for pk in given_order if pk in slot.provider_ids]
        assert slot.provider_ids


@steady
@given(worlds())
def test_slots_have_room_for_the_party(world: World) -> None:
    for slot in slots_in(replace(world, include_full=False)):
        assert slot.spots_left >= world.query.spots


@steady
@given(worlds())
def test_full_sessions_are_only_added(world: World) -> None:
    without = slots_in(replace(world, include_full=False))
    everything = slots_in(replace(world, include_full=True))
    assert [slot for slot in everything if slot.spots_left >= world.query.spots] == without


@steady
@given(worlds())
def test_slots_keep_their_distance_from_taken_time(world: World) -> None:
    by_id = {provider.id: provider for provider in world.query.providers}
    for slot in slots_in(world):
        if slot.session_id is None:
            for pk in slot.provider_ids:
                assert too_near(world.query, by_id[pk], slot) == []


@steady
@given(worlds())
def test_chosen_resources_are_free_one_of_each_group(world: World) -> None:
    members = {one.id: one for group in world.query.groups for one in group.resources}
    for slot in slots_in(world):
        if slot.session_id is None:
            chosen = choose_resources(world.query, start=slot.starts_at)
            assert chosen is not None
            for pk, group in zip(chosen, world.query.groups, strict=True):
                assert pk in [resource.id for resource in group.resources]
                assert too_near(world.query, members[pk], slot) == []


def too_near(query: Query, resource: Resource, slot: Slot) -> list[Span]:
    """What is taken of the resource and overlaps the slot or leaves it too small a gap."""
    own_before = query.rules.buffer_before_minutes
    own_after = query.rules.buffer_after_minutes
    gaps: list[tuple[Span, int, int]] = [(span, 0, 0) for span in resource.blocked]
    gaps += [(span, own_after, own_before) for span in resource.busy]
    gaps += [
        (
            claim,
            max(own_after, claim.buffer_before_minutes),
            max(own_before, claim.buffer_after_minutes),
        )
        for claim in resource.claims
    ]
    return [
        span
        for span, before, after in gaps
        if slot.ends_at + before * 60 > span.starts_at
        and span.ends_at + after * 60 > slot.starts_at
    ]


@steady
@given(worlds())
def test_resources_are_chosen_exactly_when_every_group_has_one(world: World) -> None:
    for provider in world.query.providers:
        for claim in provider.claims:
            explained = explain(world.query, start=claim.starts_at)
            rooms_lack = any(
                isinstance(reason, NoRoom) for way in explained.ways for reason in way.reasons
            )
            if world.query.rules.starts == Starts.HOURS:
                chosen = choose_resources(world.query, start=claim.starts_at)
                assert (chosen is None) is rooms_lack


def lifted(query: Query, rule: str) -> Query:
    """The same query without one of the rules that take starts away."""
    no_matter: dict[str, Any] = {
        "limits": Limits(),
        "minimum_notice_minutes": 0,
        "booking_horizon_days": 400,
        "spots": 1,
    }
    if rule in ("claims", "blocked", "busy", "limits"):
        without = {rule: no_matter.get(rule, ())}
        return replace(query, providers=tuple(replace(p, **without) for p in query.providers))
    if rule in ("minimum_notice_minutes", "booking_horizon_days"):
        return replace(query, rules=replace(query.rules, **{rule: no_matter[rule]}))
    return replace(query, **{rule: no_matter.get(rule, ())})


RULES = [
    "claims",
    "blocked",
    "busy",
    "limits",
    "session_starts",
    "groups",
    "spots",
    "minimum_notice_minutes",
    "booking_horizon_days",
]


@steady
@given(worlds(), st.sampled_from(RULES))
def test_rule_only_takes_away(world: World, rule: str) -> None:
    free = replace(world, query=lifted(world.query, rule))
    assert pairs_in(world) <= pairs_in(free)


@steady
@given(worlds(), st.integers(0, 3), st.integers(0, 3))
def test_range_asked_for_moves_nothing(world: World, earlier: int, later: int) -> None:
    wider = replace(
        world, first=world.first - timedelta(earlier), last=world.last + timedelta(later)
    )
    assert slots_in(world) == [slot for slot in slots_in(wider) if is_asked(world, slot.starts_at)]


@steady
@given(worlds(), st.integers(0, 3000))
def test_later_now_only_takes_away_the_earliest(world: World, minutes: int) -> None:
    rules = replace(world.query.rules, booking_horizon_days=365)
    query = replace(world.query, rules=rules, sessions=())
    far = replace(world, query=query)
    later = replace(far, query=replace(query, now=query.now + minutes * 60))
    earliest = later.query.now + rules.minimum_notice_minutes * 60
    assert slots_in(later) == [slot for slot in slots_in(far) if slot.starts_at >= earliest]


@steady
@given(worlds())
def test_groups_hold_every_slot_under_its_local_date(world: World) -> None:
    slots = slots_in(world)
    grouped = group_by_date(slots, world.viewer_tz)
    assert list(grouped) == sorted(grouped)
    assert [slot for day in grouped.values() for slot in day] == slots
    for day, of_day in grouped.items():
        assert {oracle.reading(slot.starts_at, world.viewer_tz).date() for slot in of_day} == {day}
