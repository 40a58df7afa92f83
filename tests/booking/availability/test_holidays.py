"""Rule 3: public holidays, and what is told of a date that they or an override have shut."""

from datetime import date

import pytest

from booking.availability import Closed, Refusal, explain
from tests.booking.availability.factories import (
    at,
    clock,
    dated,
    offered,
    provider,
    query,
    rules,
    schedule,
    slots_of,
)

# 2027-05-06 is Ascension Day, a Thursday.
HOLIDAY = "2027-05-06"


def shut(kind: Refusal, day: str = HOLIDAY, *, whose: int | None = 1) -> Closed:
    return Closed(kind, whose, date.fromisoformat(day))


def test_holiday_drops_the_windows_of_its_date() -> None:
    someone = provider(schedule("Europe/Berlin", "09:00-10:00", holidays=[HOLIDAY]))
    slots = slots_of(rules(60, 60), someone, first="2027-05-05", last="2027-05-07")
    assert dated(slots, "Europe/Berlin") == ["2027-05-05 09:00", "2027-05-07 09:00"]


def test_holiday_leaves_the_night_that_began_before_it() -> None:
    someone = provider(schedule("Europe/Berlin", "22:00-02:00", holidays=[HOLIDAY]))
    slots = slots_of(rules(60, 60), someone, first=HOLIDAY, last="2027-05-07")
    assert dated(slots, "Europe/Berlin") == [
        "2027-05-06 00:00",
        "2027-05-06 01:00",
        "2027-05-07 22:00",
        "2027-05-07 23:00",
    ]


@pytest.mark.parametrize(
    ("override", "starts"), [("11:00-13:00", "11:00 12:00"), ("", "")], ids=["open", "closed"]
)
def test_override_wins_over_a_holiday(override: str, starts: str) -> None:
    hours = schedule("UTC", "09:00-10:00", holidays=[HOLIDAY], overrides={HOLIDAY: override})
    assert clock(slots_of(rules(60, 60), provider(hours), first=HOLIDAY), "UTC") == starts


def test_holiday_of_the_service_shuts_every_provider() -> None:
    someone = provider(schedule("UTC", "09:00-11:00", overrides={HOLIDAY: "09:00-11:00"}))
    service = rules(60, 60, narrowed_by=schedule("UTC", "00:00-24:00", holidays=[HOLIDAY]))
    assert offered(query(service, someone), HOLIDAY) == []
    explanation = explain(query(service, someone), start=at(f"{HOLIDAY} 09:00"))
    assert explanation.reasons == (shut(Refusal.HOLIDAY, whose=None),)


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        pytest.param("09:00", [shut(Refusal.HOLIDAY)], id="shut-by-the-holiday"),
        pytest.param("18:00", [Closed(Refusal.CLOSED, 1)], id="never-open-then"),
        pytest.param(
            "16:30", [Closed(Refusal.CLOSED, 1), shut(Refusal.HOLIDAY)], id="partly-either"
        ),
    ],
)
def test_reason_on_a_holiday(start: str, reasons: list[Closed]) -> None:
    someone = provider(schedule("UTC", "09:00-17:00", holidays=[HOLIDAY]))
    explanation = explain(query(rules(60, 30), someone), start=at(f"{HOLIDAY} {start}"))
    assert list(explanation.reasons) == reasons


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        pytest.param("12:00", [], id="open-by-the-override"),
        pytest.param("09:00", [shut(Refusal.OVERRIDE)], id="shut-by-the-override"),
        pytest.param("18:00", [Closed(Refusal.CLOSED, 1)], id="never-open-then"),
        pytest.param("13:30", [shut(Refusal.OVERRIDE)], id="too-long-for-the-override"),
    ],
)
def test_reason_on_a_date_with_an_override(start: str, reasons: list[Closed]) -> None:
    hours = schedule("UTC", "09:00-17:00", holidays=[HOLIDAY], overrides={HOLIDAY: "12:00-14:00"})
    explanation = explain(query(rules(60, 30), provider(hours)), start=at(f"{HOLIDAY} {start}"))
    assert list(explanation.reasons) == reasons


def test_reason_names_each_date_that_shuts() -> None:
    hours = schedule(
        "UTC", "20:00-04:00", overrides={"2027-05-05": ""}, holidays=[HOLIDAY, "2027-05-07"]
    )
    explanation = explain(query(rules(1200, 30), provider(hours)), start=at(f"{HOLIDAY} 02:00"))
    assert explanation.reasons == (
        Closed(Refusal.CLOSED, 1),
        shut(Refusal.OVERRIDE, "2027-05-05"),
        shut(Refusal.HOLIDAY),
    )
