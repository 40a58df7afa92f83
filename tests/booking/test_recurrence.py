from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from django.core.exceptions import ValidationError

from booking.recurrence import Weekly, instants

THURSDAY = date(2027, 3, 4)


def weekly(**given: object) -> Weekly:
    usual = {
        "first": THURSDAY,
        "at": time(18),
        "every_weeks": 1,
        "weekdays": [3],
        "until": None,
        "count": 4,
    }
    return Weekly(**(usual | given))  # type: ignore[arg-type]


def days(*numbers: int, month: int = 3) -> list[date]:
    return [date(2027, month, number) for number in numbers]


@pytest.mark.parametrize(
    ("given", "dates"),
    [
        ({}, days(4, 11, 18, 25)),
        ({"weekdays": [1, 3], "count": 3}, days(4, 9, 11)),
        ({"weekdays": [1, 3], "every_weeks": 2, "count": 3}, days(4, 16, 18)),
        ({"weekdays": [0], "count": 2}, days(8, 15)),
        ({"count": None, "until": date(2027, 3, 18)}, days(4, 11, 18)),
        # What is left out is counted, as calendars do.
        ({"except_dates": days(11)}, days(4, 18, 25)),
    ],
)
def test_the_dates_of_a_series(given: dict[str, object], dates: list[date]) -> None:
    assert weekly(**given).dates() == dates


def test_the_text_says_the_same_to_any_calendar() -> None:
    series = weekly(weekdays=[1, 3], every_weeks=2, except_dates=days(18, 16))
    text = series.as_text()
    assert text == (
        "DTSTART:20270304T180000\n"
        "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,TH\n"
        "EXDATE:20270316T180000,20270318T180000"
    )
    assert [start.date() for start in rrulestr(text)] == series.dates()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"count": 201}, "At most 200 sessions"),
        ({"count": 60, "every_weeks": 4}, "at most 2 years"),
        ({"count": None, "until": date(2200, 1, 1)}, "At most 200 sessions"),
        ({"count": None, "until": date(2027, 3, 3)}, "No date is left."),
        ({"count": 1, "except_dates": days(4)}, "No date is left."),
    ],
)
def test_a_series_has_an_end_and_a_beginning(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        weekly(**given).dates()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
def test_six_in_the_evening_stays_six_over_a_change_of_the_clock(zone: str) -> None:
    dates = weekly(count=60).dates()
    found = instants(dates, time(18), zone)
    assert [start.astimezone(ZoneInfo(zone)).time() for start in found] == [time(18)] * 60
    assert len({start.astimezone(ZoneInfo(zone)).utcoffset() for start in found}) == 2
    assert found[0] == datetime(2027, 3, 4, 18, tzinfo=ZoneInfo(zone))
