"""Rule 10: what stands in the way of sessions that are planned, and what does not."""

import pytest

from booking.availability import Group, Limits, NoRoom, Plan, Query, Refusal, Resource, Taken, plan
from booking.availability.reasons import Reason
from tests.booking.availability.factories import (
    at,
    claim,
    provider,
    query,
    room,
    rules,
    schedule,
    span,
)

DAY = "2027-06-01"
OPEN = schedule("UTC", every_day="09:00-17:00")
HOUR = (f"{DAY} 18:00", f"{DAY} 19:00")


def plans(asked: Query, *hours: str, override: bool = False) -> list[Plan]:
    starts = [at(f"{DAY} {hour}") for hour in hours or ["18:00"]]
    return list(plan(asked, starts, override=override))


def against(asked: Query, *, override: bool = False) -> set[Refusal]:
    [planned] = plans(asked, override=override)
    return {reason.code for reason in planned.reasons}


def with_rooms(*members: Resource) -> Query:
    return query(rules(60, 60), provider(OPEN), groups=[Group(50, members)])


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(query(rules(), provider(OPEN)), id="after hours"),
        pytest.param(
            query(rules(), provider(schedule("UTC", every_day="09:00-17:00", overrides={DAY: ""}))),
            id="a date closed by hand",
        ),
        pytest.param(
            query(rules(limits=Limits(day=1)), provider(OPEN), sold=[HOUR[0]]), id="service's limit"
        ),
        pytest.param(
            query(rules(), provider(OPEN, limits=Limits(day=1), sessions=[HOUR[0]])), id="limit"
        ),
        pytest.param(query(rules(notice=9_999_999, horizon=1), provider(OPEN)), id="range"),
        pytest.param(query(rules(narrowed_by=schedule("UTC")), provider(OPEN)), id="narrowed"),
        pytest.param(with_rooms(room(2, limits=Limits(day=1), sessions=[HOUR[0]])), id="room"),
    ],
)
def test_hours_range_and_limits_bind_no_planned_session(asked: Query) -> None:
    assert against(asked) == set()


RULES = [
    pytest.param(
        query(rules(), provider(schedule("UTC", every_day="09:00-17:00", holidays=[DAY]))),
        Refusal.HOLIDAY,
        id="holiday",
    ),
    pytest.param(query(rules(), provider(OPEN, blocked=[span(*HOUR)])), Refusal.BLOCKED, id="off"),
    pytest.param(query(rules(), provider(OPEN, busy=[span(*HOUR)])), Refusal.BUSY, id="busy"),
    pytest.param(
        query(rules(before=5), provider(OPEN, claims=[claim(f"{DAY} 17:00", HOUR[0])])),
        Refusal.BUFFER,
        id="buffer",
    ),
    pytest.param(with_rooms(room(2, OPEN)), Refusal.NO_ROOM, id="a room that is closed"),
    pytest.param(with_rooms(room(2, blocked=[span(*HOUR)])), Refusal.NO_ROOM, id="room off"),
]


@pytest.mark.parametrize(("asked", "code"), RULES)
def test_other_rules_bind_unless_staff_plan_all_the_same(asked: Query, code: Refusal) -> None:
    assert against(asked) == {code}
    assert against(asked, override=True) == set()


CLAIMS = [
    pytest.param(query(rules(), provider(OPEN, claims=[claim(*HOUR)])), Refusal.CLAIMED, id="who"),
    pytest.param(with_rooms(room(2, claims=[claim(*HOUR)])), Refusal.NO_ROOM, id="room"),
    pytest.param(with_rooms(), Refusal.NO_ROOM, id="no room at all"),
]


@pytest.mark.parametrize(("asked", "code"), CLAIMS)
def test_what_is_claimed_is_never_planned_over(asked: Query, code: Refusal) -> None:
    assert against(asked) == {code}
    assert against(asked, override=True) == {code}


def test_a_date_with_hours_of_its_own_is_no_holiday() -> None:
    own = schedule("UTC", every_day="09:00-17:00", overrides={DAY: "10:00-12:00"}, holidays=[DAY])
    assert against(query(rules(), provider(own))) == set()


def test_sessions_of_one_plan_are_in_each_others_way() -> None:
    first, second = plans(query(rules(60, after=15), provider(OPEN)), "18:00", "19:00")
    assert first.reasons == ()
    [reason] = second.reasons
    assert isinstance(reason, Taken)
    assert (reason.code, reason.span.id) == (Refusal.BUFFER, None)


def test_each_session_takes_the_first_free_room() -> None:
    busy = room(2, claims=[claim(*HOUR)])
    asked = with_rooms(busy, room(3))
    assert [found.resource_ids for found in plans(asked, "18:00", "19:00")] == [(1, 3), (1, 2)]


def test_a_missing_room_says_why_each_is_not_free() -> None:
    [planned] = plans(with_rooms(room(2, OPEN)))
    [reason] = planned.reasons
    assert isinstance(reason, NoRoom)
    [member] = reason.members
    assert (member.resource_id, [Reason(why.code) for why in member.reasons]) == (
        2,
        [Reason(Refusal.CLOSED)],
    )
