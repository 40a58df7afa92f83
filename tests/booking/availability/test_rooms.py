"""Rule 11: a room or a piece of equipment of each required group."""

import pytest

from booking.availability import (
    Group,
    Limits,
    NoRoom,
    Query,
    Reason,
    Refusal,
    Refused,
    Resource,
    choose_resources,
    explain,
)
from tests.booking.availability.factories import (
    at,
    claim,
    clock,
    dated,
    offered,
    provider,
    query,
    room,
    rules,
    schedule,
    span,
)

TUESDAY = "2027-06-01"
OPEN = schedule("UTC", every_day="08:00-13:00")
HOURS = ["08:00", "09:00", "10:00", "11:00", "12:00"]


def day(text: str) -> str:
    return f"{TUESDAY} {text}"


def wish(*groups: list[Resource], before: int = 0, after: int = 0) -> Query:
    return query(
        rules(60, 60, before=before, after=after),
        provider(OPEN),
        groups=[Group(50 + number, tuple(members)) for number, members in enumerate(groups)],
    )


def starts(asked: Query) -> str:
    return clock(offered(asked, TUESDAY), "UTC")


def rooms_at(asked: Query) -> list[tuple[int, ...] | None]:
    return [choose_resources(asked, start=at(day(hour))) for hour in HOURS]


@pytest.mark.parametrize(
    ("member", "left"),
    [
        pytest.param(room(2), "08:00 09:00 10:00 11:00 12:00", id="always-open"),
        pytest.param(
            room(2, claims=[claim(day("10:00"), day("10:30"))]),
            "08:00 09:00 11:00 12:00", id="claimed",
        ),
        pytest.param(
            room(2, claims=[claim(day("10:00"), day("11:00"), before=5, after=5)]),
            "08:00 12:00", id="buffers-as-sold",
        ),
        pytest.param(
            room(2, blocked=[span(day("08:30"), day("10:00"))]),
            "10:00 11:00 12:00", id="blocked",
        ),
        pytest.param(
            room(2, busy=[span(day("08:30"), day("10:00"))]), "10:00 11:00 12:00", id="busy"
        ),
        pytest.param(
            room(2, schedule("UTC", every_day="09:10-12:30")), "10:00 11:00", id="own-hours"
        ),
        pytest.param(
            room(2, schedule("UTC", "00:00-24:00", holidays=[TUESDAY])), "", id="own-holiday"
        ),
        pytest.param(room(2, limits=Limits(day=1), sessions=[day("07:00")]), "", id="limit"),
    ],
)  # fmt: skip
def test_room_takes_starts_as_a_provider_does(member: Resource, left: str) -> None:
    asked = wish([member])
    assert starts(asked) == left
    assert rooms_at(asked) == [(2,) if hour in left.split() else None for hour in HOURS]


def test_room_needs_the_buffers_of_the_service() -> None:
    taken = room(2, claims=[claim(day("10:00"), day("11:00"))])
    assert starts(wish([taken], before=10)) == "08:00 09:00 12:00"
    assert starts(wish([taken], after=10)) == "08:00 11:00 12:00"


def test_room_is_open_on_each_of_the_days_by_its_own_hours() -> None:
    asked = wish([room(2, schedule("UTC", tue="09:00-10:00", sat="12:00-13:00"))])
    slots = offered(asked, TUESDAY, "2027-06-06")
    assert dated(slots, "UTC") == ["2027-06-01 09:00", "2027-06-05 12:00"]


def test_rooms_of_a_group_stand_in_for_each_other() -> None:
    first = room(3, claims=[claim(day("09:00"), day("11:00"))])
    second = room(2, claims=[claim(day("10:00"), day("12:00"))])
    asked = wish([first, second])
    assert starts(asked) == "08:00 09:00 11:00 12:00"
    assert rooms_at(asked) == [(3,), (2,), None, (3,), (3,)]


@pytest.mark.parametrize("order", [(2, 4, 3), (4, 2, 3), (3, 2, 4)])
def test_first_free_room_in_the_order_given_is_chosen(order: tuple[int, ...]) -> None:
    asked = wish([room(pk) for pk in order])
    assert rooms_at(asked) == [order[:1]] * len(HOURS)


def test_one_of_each_group_is_needed() -> None:
    early = room(2, schedule("UTC", every_day="08:00-11:00"))
    late = room(3, schedule("UTC", every_day="10:00-13:00"))
    asked = wish([early], [late])
    assert starts(asked) == "10:00"
    assert rooms_at(asked) == [None, None, (2, 3), None, None]


def test_room_moves_no_grid() -> None:
    hours = schedule("UTC", every_day="08:10-13:00")
    assert starts(wish([room(2, hours)])) == "09:00 10:00 11:00 12:00"


def test_without_groups_nothing_is_chosen() -> None:
    assert choose_resources(wish(), start=at(day("09:00"))) == ()


def test_group_without_members_has_no_room() -> None:
    assert starts(wish([])) == ""
    assert choose_resources(wish([]), start=at(day("09:00"))) is None


def test_reason_names_the_group_and_why_each_member_cannot() -> None:
    claimed = room(2, claims=[claim(day("09:30"), day("10:00"), pk=77)])
    closed = room(3, schedule("UTC", every_day="12:00-13:00"))
    [reason] = explain(wish([room(4)], [claimed, closed]), start=at(day("09:00"))).reasons
    assert isinstance(reason, NoRoom)
    assert (reason.code, reason.group_id) == (Refusal.NO_ROOM, 51)
    assert [member.resource_id for member in reason.members] == [2, 3]
    assert [codes(member) for member in reason.members] == [[Refusal.CLAIMED], [Refusal.CLOSED]]


def codes(refused: Refused) -> list[Refusal]:
    reasons: tuple[Reason, ...] = refused.reasons
    return [reason.code for reason in reasons]


def test_groups_have_nothing_in_common() -> None:
    with pytest.raises(ValueError, match="in common"):
        wish([room(2), room(3)], [room(3)])
