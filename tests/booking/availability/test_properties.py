"""What must hold in every world, checked against the oracle and against the engine itself."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from booking.availability import Slot, find_slots, group_by_date, refusals
from tests.booking.availability import oracle
from tests.booking.availability.oracle import Oracle, World
from tests.booking.availability.worlds import steady, thorough, worlds


def slots_in(world: World) -> list[Slot]:
    return find_slots(
        world.rules,
        world.providers,
        business_tz=world.business_tz,
        viewer_tz=world.viewer_tz,
        first=world.first,
        last=world.last,
        now=world.now,
    )


def pairs_in(world: World) -> list[tuple[int, int]]:
    return [(slot.starts_at, pk) for slot in slots_in(world) for pk in slot.provider_ids]


def without_taken_time(world: World) -> World:
    providers = [replace(provider, blocked=(), claims=()) for provider in world.providers]
    return replace(world, providers=providers)


@thorough
@given(worlds())
def test_engine_offers_what_the_oracle_offers(world: World) -> None:
    assert pairs_in(world) == oracle.offered(world)


@thorough
@given(worlds(), st.lists(st.integers(-300, 3000), min_size=20, max_size=20))
def test_refusals_are_those_of_the_oracle(world: World, minutes: list[int]) -> None:
    midnight = world.now // 86400 * 86400
    for provider in world.providers:
        naive = Oracle(world, provider)
        for start in (midnight + minute * 60 for minute in minutes):
            reasons = refusals(
                world.rules, provider, start=start, business_tz=world.business_tz, now=world.now
            )
            assert {str(reason) for reason in reasons} == naive.reasons(start)


@thorough
@given(worlds(), st.lists(st.integers(0, 2 * 288), max_size=30))
def test_slot_is_offered_exactly_when_nothing_refuses_it(world: World, fives: list[int]) -> None:
    begins = int(datetime.combine(world.first, time(0), ZoneInfo(world.viewer_tz)).timestamp())
    offered = set(pairs_in(world))
    starts = {start for start, _ in offered} | {begins + five * 300 for five in fives}
    asked = {
        (start, provider.id)
        for start in starts
        if world.first <= oracle.reading(start, world.viewer_tz).date() <= world.last
        for provider in world.providers
        if not refusals(
            world.rules, provider, start=start, business_tz=world.business_tz, now=world.now
        )
    }
    assert asked == offered


@steady
@given(worlds())
def test_slots_are_ordered_once_each_and_last_their_real_time(world: World) -> None:
    slots = slots_in(world)
    starts = [slot.starts_at for slot in slots]
    assert starts == sorted(set(starts))
    given_order = [provider.id for provider in world.providers]
    for slot in slots:
        assert slot.ends_at - slot.starts_at == world.rules.duration_minutes * 60
        assert list(slot.provider_ids) == [pk for pk in given_order if pk in slot.provider_ids]
        assert slot.provider_ids


@steady
@given(worlds())
def test_slots_keep_their_distance_from_taken_time(world: World) -> None:
    by_id = {provider.id: provider for provider in world.providers}
    own_before, own_after = world.rules.buffer_before_minutes, world.rules.buffer_after_minutes
    for slot in slots_in(world):
        for provider in (by_id[pk] for pk in slot.provider_ids):
            for span in provider.blocked:
                assert slot.ends_at <= span.starts_at or span.ends_at <= slot.starts_at
            for claim in provider.claims:
                gap_before = max(own_after, claim.buffer_before_minutes) * 60
                gap_after = max(own_before, claim.buffer_after_minutes) * 60
                assert (
                    slot.ends_at + gap_before <= claim.starts_at
                    or claim.ends_at + gap_after <= slot.starts_at
                )


@steady
@given(worlds())
def test_taken_time_only_takes_away(world: World) -> None:
    assert set(pairs_in(world)) <= set(pairs_in(without_taken_time(world)))


@steady
@given(worlds(), st.integers(0, 3), st.integers(0, 3))
def test_range_asked_for_does_not_move_the_grid(world: World, earlier: int, later: int) -> None:
    wider = replace(
        world,
        first=world.first - timedelta(earlier),
        last=world.last + timedelta(later),
    )
    inside = [
        slot
        for slot in slots_in(wider)
        if world.first <= oracle.reading(slot.starts_at, world.viewer_tz).date() <= world.last
    ]
    assert slots_in(world) == inside


@steady
@given(worlds(), st.integers(0, 3000))
def test_later_now_only_takes_away_the_earliest(world: World, minutes: int) -> None:
    far = replace(world, rules=replace(world.rules, booking_horizon_days=365))
    later = replace(far, now=far.now + minutes * 60)
    earliest = later.now + later.rules.minimum_notice_minutes * 60
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
