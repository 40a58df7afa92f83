"""Rule 11: who gets what nobody in particular was asked for."""

from itertools import permutations

import pytest

from booking.availability import Reason, Refusal, Way, Workload, fairest_first, week_around
from tests.booking.availability.factories import at

# A Wednesday; the week began on Monday, 31 May.
START = at("2027-06-02 10:00")
REFUSED = (Reason(Refusal.NOTICE),)


def new(pk: int) -> Way:
    return Way(pk, None, ())


def join(pk: int | None, session: int = 100) -> Way:
    return Way(pk, session, ())


@pytest.mark.parametrize(
    ("loads", "order"),
    [
        pytest.param({}, [3, 1, 2], id="the-order-given"),
        pytest.param({3: Workload(2), 1: Workload(1), 2: Workload(1)}, [1, 2, 3], id="fewest"),
        pytest.param({3: Workload(1, 50), 1: Workload(1, 40), 2: Workload(1, 60)}, [1, 3, 2],
                     id="free-for-longest"),
        pytest.param({3: Workload(1, 50), 1: Workload(1, 50)}, [2, 3, 1], id="never-at-work"),
        pytest.param({3: Workload(0, 9), 1: Workload(0, -9), 2: Workload()}, [2, 1, 3],
                     id="nothing-before-comes-first"),
        pytest.param({3: Workload(1, 10), 1: Workload(0, 99)}, [2, 1, 3], id="fewest-counts-first"),
    ],
)  # fmt: skip
def test_new_session_goes_to(loads: dict[int, Workload], order: list[int]) -> None:
    ways = fairest_first([new(3), new(1), new(2)], loads)
    assert [way.provider_id for way in ways] == order


def test_sessions_are_filled_first() -> None:
    loads = {1: Workload(9), 2: Workload(0)}
    for ways in permutations([new(2), join(1), join(None, 101)]):
        ordered = fairest_first(ways, loads)
        assert [way.session_id for way in ordered] == [101, 100, None]


def test_ways_that_are_refused_are_left_out() -> None:
    ways = [Way(1, None, REFUSED), new(2), Way(3, 100, REFUSED)]
    assert fairest_first(ways, {}) == [new(2)]


def test_week_begins_on_monday() -> None:
    assert week_around(START, "UTC") == (at("2027-05-31 00:00"), at("2027-06-07 00:00"))


def test_week_is_that_of_the_business() -> None:
    # Monday begins at noon on Sunday, in UTC.
    assert week_around(START, "Pacific/Auckland") == (
        at("2027-05-30 12:00"),
        at("2027-06-06 12:00"),
    )
