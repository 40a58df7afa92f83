"""Rule 13's other half: what a reason says and points at."""

import pytest

from booking.availability import Closed, Reason, Refusal, Taken, Way, explain
from tests.booking.availability.factories import (
    at,
    claim,
    clock,
    offered,
    provider,
    query,
    rules,
    schedule,
    span,
)

TUESDAY = "2027-06-01"
OPEN = schedule("UTC", every_day="08:00-13:00")


def day(text: str) -> str:
    return f"{TUESDAY} {text}"


BLOCKED = span(day("12:00"), day("14:00"), pk=31)
CLAIM = claim(day("10:00"), day("10:30"), pk=41)
NEAR = claim(day("12:15"), day("12:30"), before=30, pk=42)
BUSY = span(day("08:00"), day("08:30"), pk=51)


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        pytest.param("09:00", [], id="offered"),
        pytest.param("10:00", [Taken(Refusal.CLAIMED, CLAIM)], id="claimed-by-a-session"),
        pytest.param("11:00", [Taken(Refusal.BUFFER, NEAR)], id="buffer-of-a-neighbour"),
        pytest.param("08:00", [Taken(Refusal.BUSY, BUSY)], id="busy"),
        pytest.param("08:30", [Taken(Refusal.BUFFER, BUSY)], id="buffer-to-busy-time"),
        pytest.param(
            "12:00",
            [Taken(Refusal.BLOCKED, BLOCKED), Taken(Refusal.CLAIMED, NEAR)],
            id="each-of-several",
        ),
        pytest.param(
            "12:30",
            [
                Closed(Refusal.CLOSED, 1),
                Taken(Refusal.BLOCKED, BLOCKED),
                Taken(Refusal.BUFFER, NEAR),
            ],
            id="closed-too",
        ),
    ],
)
def test_reasons_point_at_what_is_in_the_way(start: str, reasons: list[Reason]) -> None:
    someone = provider(OPEN, blocked=[BLOCKED], claims=[CLAIM, NEAR], busy=[BUSY])
    wish = query(rules(60, 30, before=15), someone)
    assert list(explain(wish, start=at(day(start))).ways) == [Way(1, None, tuple(reasons))]
    assert (start in clock(offered(wish, TUESDAY), "UTC").split()) is (reasons == [])


def test_every_provider_has_reasons_of_their_own() -> None:
    claimed = provider(OPEN, pk=1, claims=[CLAIM])
    away = provider(schedule("UTC"), pk=2)
    ways = explain(query(rules(30, 30), claimed, away), start=at(day("10:00"))).ways
    assert ways == (
        Way(1, None, (Taken(Refusal.CLAIMED, CLAIM),)),
        Way(2, None, (Closed(Refusal.CLOSED, 2),)),
    )


def test_reasons_common_to_all_are_told_once() -> None:
    wish = query(
        rules(30, 30, notice=60), provider(OPEN, pk=1), provider(OPEN, pk=2), now=at(day("09:30"))
    )
    assert explain(wish, start=at(day("10:00"))).reasons == (Reason(Refusal.NOTICE),)


@pytest.mark.parametrize(
    ("own", "last_before", "first_after"),
    [
        pytest.param((0, 0), "09:30", "10:30", id="none"),
        pytest.param((15, 0), "09:30", "10:45", id="before"),
        pytest.param((0, 15), "09:15", "10:30", id="after"),
    ],
)
def test_gap_to_busy_time_is_the_services_own_buffer(
    own: tuple[int, int], last_before: str, first_after: str
) -> None:
    someone = provider(OPEN, busy=[span(day("10:00"), day("10:30"))])
    service = rules(30, 5, before=own[0], after=own[1])
    starts = clock(offered(query(service, someone), TUESDAY), "UTC").split()
    assert max(start for start in starts if start < "10:00") == last_before
    assert min(start for start in starts if start > "10:00") == first_after


def test_claims_outlast_the_duration_that_was_chosen() -> None:
    someone = provider(OPEN, claims=[claim(day("10:00"), day("11:30"))])
    service = rules(60, 30)
    long = query(service.lasting(120), someone)
    assert clock(offered(long, TUESDAY), "UTC") == "08:00"
    short = query(service.lasting(30), someone)
    assert clock(offered(short, TUESDAY), "UTC") == ("08:00 08:30 09:00 09:30 11:30 12:00 12:30")


def test_default_interval_follows_the_duration_chosen() -> None:
    wish = query(rules(60, None, after=15).lasting(90), provider(OPEN))
    assert clock(offered(wish, TUESDAY), "UTC") == "08:00 09:45 11:30"


@pytest.mark.parametrize("spots", [0, -1])
def test_party_is_somebody(spots: int) -> None:
    with pytest.raises(ValueError, match="nobody books"):
        query(rules(), provider(OPEN), spots=spots)


def test_nobody_at_all_can_give_it() -> None:
    wish = query(rules())
    assert offered(wish, TUESDAY) == []
    assert explain(wish, start=at(day("09:00"))).ways == ()


@pytest.mark.parametrize("now", [-(10**12), 10**12])
def test_explanation_at_the_ends_of_the_calendar(now: int) -> None:
    wish = query(rules(), provider(OPEN), now=now)
    assert explain(wish, start=now).is_offered is False
