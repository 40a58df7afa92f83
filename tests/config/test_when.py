from datetime import UTC, datetime, timedelta

import pytest

from config.core.when import clock_time, hours_of, rough_length

AFTERNOON = datetime(2027, 3, 1, 13, 5, tzinfo=UTC)
MORNING = datetime(2027, 3, 1, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "hours"),
    [("en-GB", "24"), ("en-US", "12"), ("de", "24"), ("ar", "12"), ("fr-CA", "24"), ("?", "12")],
)
def test_a_locale_counts_its_hours(locale: str, hours: str) -> None:
    assert hours_of(locale) == hours


@pytest.mark.parametrize(
    ("locale", "hours", "morning", "afternoon"),
    [
        ("en-GB", "", "08:05", "13:05"),
        ("en-GB", "24", "08:05", "13:05"),
        ("en-GB", "12", "8:05 am", "1:05 pm"),
        ("en-US", "", "8:05 AM", "1:05 PM"),
        ("en-US", "24", "08:05", "13:05"),
        ("de", "12", "8:05 AM", "1:05 PM"),
    ],
)
def test_a_clock_reads_as_the_locale_or_the_reader_wants(
    locale: str, hours: str, morning: str, afternoon: str
) -> None:
    assert clock_time(MORNING, "UTC", locale, hours) == morning
    assert clock_time(AFTERNOON, "UTC", locale, hours) == afternoon


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=3, hours=23), "3 days"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(minutes=2), "2 minutes"),
        (timedelta(seconds=30), "a minute"),
    ],
)
def test_a_rough_length_says_enough(length: timedelta, words: str) -> None:
    assert rough_length(length) == words
