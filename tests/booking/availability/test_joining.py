"""Rules 10 and 13: sessions that exist, planned ones, and parties."""

import pytest

from booking.availability import Refusal, Slot, Starts, explain
from tests.booking.availability.factories import (
    at,
    claim,
    offered,
    provider,
    query,
    rules,
    schedule,
    session,
)

TUESDAY = "2027-06-01"
OPEN = schedule("UTC", every_day="09:00-12:00")
PLANNED = rules(60, 60, starts=Starts.PLANNED)


def day(text: str) -> str:
    return f"{TUESDAY} {text}"


def in_short(slots: list[Slot]) -> list[tuple[str, tuple[int, ...], int, int | None]]:
    midnight = at(TUESDAY)
    return [
        (
            f"{(slot.starts_at - midnight) // 3600}-{(slot.ends_at - midnight) // 3600}",
            slot.provider_ids,
            slot.spots_left,
            slot.session_id,
        )
        for slot in slots
    ]


def test_session_is_offered_at_its_own_start_and_nowhere_else() -> None:
    taken = provider(OPEN, claims=[claim(day("10:00"), day("11:00"))])
    wish = query(
        rules(60, 60, capacity=4),
        taken,
        provider(OPEN, pk=2),
        sessions=[session(day("10:00"), day("11:00"), left=3)],
    )
    assert in_short(offered(wish, TUESDAY)) == [
        ("9-10", (1, 2), 4, None),
        ("10-11", (2,), 4, None),
        ("10-11", (1,), 3, 100),
        ("11-12", (1, 2), 4, None),
    ]


def test_session_keeps_its_own_end_and_needs_no_hours() -> None:
    wish = query(PLANNED, sessions=[session(day("19:00"), day("22:00"), by=None, left=8)])
    assert in_short(offered(wish, TUESDAY)) == [("19-22", (), 8, 100)]


def test_planned_service_starts_by_no_hours() -> None:
    wish = query(PLANNED, provider(OPEN))
    assert offered(wish, TUESDAY) == []
    [way] = explain(wish, start=at(day("09:00"))).ways
    assert (way.provider_id, [reason.code for reason in way.reasons]) == (
        None,
        [Refusal.NOT_PLANNED],
    )


def test_sessions_of_one_start_come_in_the_order_given() -> None:
    pair = [session(day("10:00"), day("11:00"), pk=pk) for pk in (9, 3)]
    early = session(day("08:00"), day("09:00"), pk=5)
    slots = offered(query(PLANNED, sessions=[*pair, early]), TUESDAY)
    assert [slot.session_id for slot in slots] == [5, 9, 3]


@pytest.mark.parametrize(
    ("spots", "found"),
    [(1, [(5, None), (2, 100)]), (2, [(5, None), (2, 100)]), (3, [(5, None)]), (6, [])],
)
def test_party_needs_spots(spots: int, found: list[tuple[int, int | None]]) -> None:
    late = schedule("UTC", every_day="10:00-11:00")
    class_ = session(day("10:00"), day("11:00"), by=2, left=2)
    wish = query(rules(60, 60, capacity=5), provider(late), sessions=[class_], spots=spots)
    assert [(slot.spots_left, slot.session_id) for slot in offered(wish, TUESDAY)] == found
    lacking = {
        (way.session_id, reason.code)
        for way in explain(wish, start=at(day("10:00"))).ways
        for reason in way.reasons
    }
    free = {session_id for _, session_id in found}
    assert lacking == {(pk, Refusal.NO_SPOTS) for pk in {None, 100} - free}


@pytest.mark.parametrize(("include_full", "shown"), [(False, []), (True, [(100, 0)])])
def test_full_session_is_shown_on_request(include_full: bool, shown: list[tuple[int, int]]) -> None:
    wish = query(PLANNED, sessions=[session(day("10:00"), day("11:00"), left=0)])
    slots = offered(wish, TUESDAY, include_full=include_full)
    assert [(slot.session_id, slot.spots_left) for slot in slots] == shown


@pytest.mark.parametrize("flaw", [{"bookable": False}, {"deadline": 10**7}])
def test_full_session_that_none_could_join_is_not_shown(flaw: dict[str, int]) -> None:
    full = session(day("10:00"), day("11:00"), left=0, **flaw)  # type: ignore[arg-type]
    wish = query(PLANNED, sessions=[full], now=at(day("07:00")))
    assert offered(wish, TUESDAY, include_full=True) == []


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        pytest.param(day("08:00"), [], id="on-time"),
        pytest.param(day("08:00:01"), [Refusal.DEADLINE], id="deadline-missed"),
        pytest.param(day("09:00:01"), [Refusal.NOTICE, Refusal.DEADLINE], id="too-soon"),
        pytest.param("2027-05-28 12:00", [Refusal.HORIZON], id="too-far"),
    ],
)
def test_joining_asks_notice_horizon_and_deadline(now: str, reasons: list[Refusal]) -> None:
    service = rules(60, 60, notice=60, horizon=3, starts=Starts.PLANNED)
    class_ = session(day("10:00"), day("11:00"), deadline=120)
    wish = query(service, sessions=[class_], now=at(now))
    [way] = explain(wish, start=at(day("10:00"))).ways
    assert [reason.code for reason in way.reasons] == reasons
    assert bool(offered(wish, TUESDAY)) is (reasons == [])


def test_session_that_is_not_bookable() -> None:
    wish = query(PLANNED, sessions=[session(day("10:00"), day("11:00"), bookable=False)])
    assert offered(wish, TUESDAY) == []
    explanation = explain(wish, start=at(day("10:00")))
    assert [reason.code for reason in explanation.reasons] == [Refusal.NOT_BOOKABLE]


def test_reasons_are_none_when_one_way_is_free() -> None:
    busy = provider(OPEN, claims=[claim(day("10:00"), day("11:00"))])
    wish = query(rules(60, 60), busy, sessions=[session(day("10:00"), day("11:00"))])
    explanation = explain(wish, start=at(day("10:00")))
    assert [bool(way.reasons) for way in explanation.ways] == [False, True]
    assert (explanation.is_offered, explanation.reasons) == (True, ())


@pytest.mark.parametrize(
    ("viewer_tz", "found"), [("UTC", [100]), ("Pacific/Auckland", []), ("Asia/Tokyo", [100])]
)
def test_session_is_under_the_viewers_date(viewer_tz: str, found: list[int]) -> None:
    wish = query(PLANNED, sessions=[session(day("14:00"), day("15:00"))])
    slots = offered(wish, TUESDAY, viewer_tz=viewer_tz)
    assert [slot.session_id for slot in slots] == found


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        pytest.param("2027-05-31 23:59", "2027-06-01 01:00", [], id="the-minute-before"),
        pytest.param("2027-06-01 00:00", "2027-06-01 01:00", [100], id="the-first"),
        pytest.param("2027-06-01 23:59", "2027-06-02 01:00", [100], id="the-last"),
        pytest.param("2027-06-02 00:00", "2027-06-02 01:00", [], id="the-minute-after"),
    ],
)
def test_session_at_midnight_is_on_one_date(start: str, end: str, found: list[int]) -> None:
    slots = offered(query(PLANNED, sessions=[session(start, end)]), TUESDAY)
    assert [slot.session_id for slot in slots] == found
