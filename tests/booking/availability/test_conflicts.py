"""Rule 6: taken time, and the gaps around it."""

import pytest

from booking.availability import Refusal
from tests.booking.availability.factories import (
    claim,
    clock,
    provider,
    rules,
    schedule,
    slots_of,
    span,
    why_not,
)

TUESDAY = "2027-06-01"
OPEN = schedule("UTC", every_day="08:00-13:00")


def day(text: str) -> str:
    return f"{TUESDAY} {text}"


@pytest.mark.parametrize(
    ("start", "end", "starts"),
    [
        pytest.param("10:00", "11:00", "08:00 08:30 09:00 11:00 11:30 12:00", id="touching"),
        pytest.param("10:00", "11:00:01", "08:00 08:30 09:00 11:30 12:00", id="a-second-later"),
        pytest.param("09:59:59", "11:00", "08:00 08:30 11:00 11:30 12:00", id="a-second-earlier"),
        pytest.param("10:10", "10:20", "08:00 08:30 09:00 10:30 11:00 11:30 12:00", id="short"),
        pytest.param("07:00", "13:00", "", id="all-day"),
        pytest.param("06:00", "11:00", "11:00 11:30 12:00", id="from-before-opening"),
        pytest.param("10:00", "15:00", "08:00 08:30 09:00", id="to-after-closing"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["claim", "blocked"])
def test_taken_time_takes_starts(kind: str, start: str, end: str, starts: str) -> None:
    if kind == "claim":
        someone = provider(OPEN, claims=[claim(day(start), day(end))])
    else:
        someone = provider(OPEN, blocked=[span(day(start), day(end))])
    assert clock(slots_of(rules(60, 30), someone, first=TUESDAY), "UTC") == starts


def test_taken_time_in_any_order_and_overlapping() -> None:
    someone = provider(
        OPEN,
        claims=[
            claim(day("12:00"), day("12:30")),
            claim(day("08:00"), day("10:00")),
            claim(day("08:30"), day("09:00")),
        ],
        blocked=[span(day("11:00"), day("11:30")), span(day("09:30"), day("11:00"))],
    )
    assert clock(slots_of(rules(30, 30), someone, first=TUESDAY), "UTC") == "11:30 12:30"


# The claim is 10:00-10:30; sessions of half an hour may start on every multiple of five minutes.
@pytest.mark.parametrize(
    ("own", "sold", "last_before", "first_after"),
    [
        pytest.param((0, 0), (0, 0), "09:30", "10:30", id="none"),
        pytest.param((0, 15), (0, 0), "09:15", "10:30", id="own-after-counts-before-the-claim"),
        pytest.param((15, 0), (0, 0), "09:30", "10:45", id="own-before-counts-after-the-claim"),
        pytest.param((0, 0), (15, 0), "09:15", "10:30", id="sold-before-counts-before-the-claim"),
        pytest.param((0, 0), (0, 15), "09:30", "10:45", id="sold-after-counts-after-the-claim"),
        pytest.param((5, 10), (20, 15), "09:10", "10:45", id="the-larger-is-the-sold"),
        pytest.param((20, 25), (10, 5), "09:05", "10:50", id="the-larger-is-the-own"),
        pytest.param((15, 15), (15, 15), "09:15", "10:45", id="they-do-not-add-up"),
    ],
)
def test_gap_to_a_claim_is_the_larger_buffer(
    own: tuple[int, int], sold: tuple[int, int], last_before: str, first_after: str
) -> None:
    taken = claim(day("10:00"), day("10:30"), before=sold[0], after=sold[1])
    service = rules(30, 5, before=own[0], after=own[1])
    starts = clock(slots_of(service, provider(OPEN, claims=[taken]), first=TUESDAY), "UTC").split()
    assert max(start for start in starts if start < "10:00") == last_before
    assert min(start for start in starts if start > "10:00") == first_after


def test_blocked_period_needs_no_gap() -> None:
    someone = provider(OPEN, blocked=[span(day("10:00"), day("11:00"))])
    slots = slots_of(rules(60, 60, before=30, after=30), someone, first=TUESDAY)
    assert clock(slots, "UTC") == "08:00 09:00 11:00 12:00"


def test_buffers_reach_past_opening_and_closing() -> None:
    slots = slots_of(rules(60, 60, before=45, after=45), provider(OPEN), first=TUESDAY)
    assert clock(slots, "UTC") == "08:00 09:00 10:00 11:00 12:00"


def test_claim_outside_the_hours_keeps_its_gap() -> None:
    someone = provider(OPEN, claims=[claim(day("06:00"), day("07:45"), after=30)])
    assert (
        clock(slots_of(rules(60, 60), someone, first=TUESDAY), "UTC") == "09:00 10:00 11:00 12:00"
    )


def test_gap_to_a_claim_on_the_next_date() -> None:
    night = provider(
        schedule("UTC", every_day="22:00-24:00"),
        claims=[claim("2027-06-02 00:00", "2027-06-02 01:00", before=30)],
    )
    assert clock(slots_of(rules(30, 30), night, first=TUESDAY), "UTC") == "22:00 22:30 23:00"


def test_other_provider_takes_what_one_cannot() -> None:
    busy = provider(OPEN, pk=1, claims=[claim(day("09:00"), day("10:00"))])
    away = provider(OPEN, pk=2, blocked=[span(day("11:00"), day("13:00"))])
    slots = slots_of(rules(60, 60), busy, away, first=TUESDAY)
    assert clock(slots, "UTC") == "08:00 09:00 10:00 11:00 12:00"
    assert [slot.provider_ids for slot in slots] == [(1, 2), (2,), (1, 2), (1,), (1,)]


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        pytest.param("08:00", set(), id="far-enough"),
        pytest.param("08:50", {Refusal.BUFFER}, id="too-near-before"),
        pytest.param("08:45", set(), id="just-far-enough-before"),
        pytest.param("09:05", {Refusal.CLAIMED}, id="overlapping-the-beginning"),
        pytest.param("10:00", {Refusal.CLAIMED}, id="the-same-time"),
        pytest.param("10:25", {Refusal.CLAIMED}, id="overlapping-the-end"),
        pytest.param("10:30", {Refusal.BUFFER}, id="too-near-after"),
        pytest.param("10:35", set(), id="just-far-enough-after"),
        pytest.param("11:10", {Refusal.BLOCKED}, id="blocked"),
        pytest.param("11:00", set(), id="up-to-the-blocked-period"),
    ],
)
def test_refusal_of_taken_time(start: str, reasons: set[Refusal]) -> None:
    someone = provider(
        OPEN,
        claims=[claim(day("10:00"), day("10:30"), before=15, after=5)],
        blocked=[span(day("12:00"), day("12:30"))],
    )
    assert why_not(rules(60, 5), someone, day(start)) == reasons


def test_refusals_name_every_reason() -> None:
    someone = provider(
        OPEN,
        claims=[
            claim(day("11:00"), day("11:30"), after=60),
            claim(day("12:15"), day("12:30")),
        ],
        blocked=[span(day("12:00"), day("14:00"))],
    )
    assert why_not(rules(60, 30), someone, day("12:10")) == {
        Refusal.CLOSED,
        Refusal.OFF_GRID,
        Refusal.BLOCKED,
        Refusal.CLAIMED,
        Refusal.BUFFER,
    }
