"""Rule 2: wall-clock times become instants as RFC 5545 section 3.3.5 says."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import pytest

from booking.availability import iso_times, resolve_wall
from booking.availability.wallclock import (
    day_begins,
    day_exists,
    days_later,
    local_date,
    offset_stretches,
)
from tests.booking.availability.factories import at

DAY = 86_400


@pytest.mark.parametrize(
    ("tz", "wall", "instant"),
    [
        pytest.param("Europe/Berlin", "2027-03-28 02:30", "2027-03-28 01:30", id="berlin-gap"),
        pytest.param("Europe/Berlin", "2027-10-31 02:30", "2027-10-31 00:30", id="berlin-fold"),
        pytest.param("America/New_York", "2027-03-14 02:30", "2027-03-14 07:30", id="ny-gap"),
        pytest.param("America/New_York", "2027-11-07 01:30", "2027-11-07 05:30", id="ny-fold"),
        pytest.param("Australia/Lord_Howe", "2027-10-03 02:15", "2027-10-02 15:45", id="howe-gap"),
        pytest.param("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03 14:45", id="howe-fold"),
        pytest.param("Africa/Cairo", "2027-04-30 00:30", "2027-04-29 22:30", id="cairo-gap"),
        pytest.param("America/Santiago", "2027-09-05 00:00", "2027-09-05 04:00", id="santiago-gap"),
        pytest.param(
            "America/Santiago", "2027-04-03 23:30", "2027-04-04 02:30", id="santiago-fold"
        ),
        pytest.param("Asia/Beirut", "2027-03-28 00:00", "2027-03-27 22:00", id="beirut-gap"),
        pytest.param("Pacific/Chatham", "2027-09-26 02:50", "2027-09-25 14:05", id="chatham-gap"),
        pytest.param("Pacific/Chatham", "2027-04-04 03:00", "2027-04-03 13:15", id="chatham-fold"),
        pytest.param(
            "Africa/Casablanca", "2026-02-15 02:30", "2026-02-15 01:30", id="ramadan-fold"
        ),
        pytest.param("Asia/Kathmandu", "2027-01-01 09:00", "2027-01-01 03:15", id="kathmandu"),
        pytest.param("Pacific/Apia", "2011-12-30 09:00", "2011-12-30 19:00", id="apia-left-out"),
        pytest.param("UTC", "1969-12-31 23:59", "1969-12-31 23:59", id="before-the-epoch"),
    ],
)
def test_wall_time_resolves(tz: str, wall: str, instant: str) -> None:
    local = datetime.fromisoformat(wall)
    assert resolve_wall(local.date(), local.time(), tz) == at(instant)


def test_wall_time_ignores_fold() -> None:
    second_occurrence = time(2, 30, fold=1)
    assert resolve_wall(date(2027, 10, 31), second_occurrence, "Europe/Berlin") == at(
        "2027-10-31 00:30"
    )


def test_wall_time_in_unknown_zone() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        resolve_wall(date(2027, 1, 1), time(9), "Europe/Atlantis")


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("tz", ["UTC", "Pacific/Apia", "America/New_York"])
def test_ends_of_the_calendar_resolve(tz: str, day: date) -> None:
    begins = resolve_wall(day, time(0), tz)
    as_utc = (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY
    assert abs(begins - as_utc) <= 15 * 3600


@pytest.mark.parametrize("instant", [-(10**15), 10**15])
def test_local_date_of_an_instant_beyond_the_calendar(instant: int) -> None:
    assert local_date(instant, "Pacific/Apia").year in (1, 9999)


@pytest.mark.parametrize(
    ("tz", "day", "first_instant"),
    [
        ("America/Santiago", date(2027, 9, 5), "2027-09-05T01:00-03:00"),
        ("Asia/Beirut", date(2027, 3, 28), "2027-03-28T01:00+03:00"),
        ("America/Nuuk", date(2027, 3, 28), "2027-03-28T00:00-01:00"),
        ("America/Havana", date(2027, 11, 7), "2027-11-07T00:00-04:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-31T00:00+14:00"),
    ],
)
def test_day_begins_at_its_first_instant(tz: str, day: date, first_instant: str) -> None:
    begins = day_begins(day, tz)
    assert begins == at(first_instant)
    assert local_date(begins, tz) == day
    assert local_date(begins - 1, tz) < day


def test_day_left_out_at_the_date_line_does_not_exist() -> None:
    around = [date(2011, 12, day) for day in (29, 30, 31)]
    assert [day_exists(day, "Pacific/Apia") for day in around] == [True, False, True]


@pytest.mark.parametrize(
    ("day", "days", "later"),
    [
        (date(2027, 2, 28), 1, date(2027, 3, 1)),
        (date.max, 1, date.max),
        (date.min, -1, date.min),
        (date(2027, 1, 1), 10**9, date.max),
    ],
)
def test_days_later_stays_in_the_calendar(day: date, days: int, later: date) -> None:
    assert days_later(day, days) == later


def test_offset_stretches_are_cut_to_the_second() -> None:
    since, until = at("2027-03-01 00:00"), at("2027-12-01 00:00")
    assert list(offset_stretches("Europe/Berlin", since, until)) == [
        (since, at("2027-03-28 01:00"), 3600),
        (at("2027-03-28 01:00"), at("2027-10-31 01:00"), 7200),
        (at("2027-10-31 01:00"), until, 3600),
    ]


@pytest.mark.parametrize(
    ("since", "until", "offsets"),
    [
        pytest.param("00:59:59", "01:00", [3600], id="ends-at-the-change"),
        pytest.param("01:00", "01:00:01", [7200], id="begins-at-the-change"),
        pytest.param("00:59:59", "01:00:01", [3600, 7200], id="around-the-change"),
        pytest.param("01:00", "01:00", [], id="empty"),
    ],
)
def test_offset_stretches_at_a_change(since: str, until: str, offsets: list[int]) -> None:
    begin, end = at(f"2027-03-28 {since}"), at(f"2027-03-28 {until}")
    stretches = list(offset_stretches("Europe/Berlin", begin, end))
    assert [offset for _, _, offset in stretches] == offsets


@pytest.mark.parametrize("tz", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize("step", [1800, 7 * 3600 + 1])
def test_iso_times_are_those_of_datetime(tz: str, step: int) -> None:
    instants = range(at("2027-03-25"), at("2027-11-20"), step)
    zone = ZoneInfo(tz)
    expected = [datetime.fromtimestamp(instant, zone).isoformat() for instant in instants]
    assert iso_times(instants, tz) == expected


@pytest.mark.parametrize(
    ("tz", "instant", "text"),
    [
        ("Africa/Monrovia", "1971-06-01 12:00", "1971-06-01T11:15:30-00:44:30"),
        ("America/New_York", "1969-12-31 23:59:59", "1969-12-31T18:59:59-05:00"),
    ],
)
def test_iso_time_of_odd_instants(tz: str, instant: str, text: str) -> None:
    assert iso_times([at(instant)], tz) == [text]


def test_iso_times_of_nothing() -> None:
    assert iso_times([], "UTC") == []


def test_zones_change_no_faster_and_no_stranger_than_the_engine_believes() -> None:
    """Two changes are over three days apart, and none goes back over midnight."""
    since = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    until = int(datetime(2029, 1, 1, tzinfo=UTC).timestamp())
    for tz in sorted(available_timezones()):
        last_change = since - 30 * DAY
        for change, before, after in _changes(tz, since, until):
            assert change - last_change > 3 * DAY, tz
            last_change = change
            # The last second by the old offset and the first by the new one.
            back_from, back_to = change - 1 + before, change + after
            assert back_to > back_from or back_to // DAY == back_from // DAY, tz


def _changes(tz: str, since: int, until: int) -> list[tuple[int, int, int]]:
    """Found by looking at every noon and midnight: when, offset before, offset after."""
    zone = ZoneInfo(tz)

    def offset(instant: int) -> int:
        local = datetime.fromtimestamp(instant, zone)
        return int(local.replace(tzinfo=UTC).timestamp()) - instant

    changes = []
    looks = range(since, until, DAY // 2)
    offsets = [offset(look) for look in looks]
    for look, before, after in zip(looks, offsets, offsets[1:], strict=False):
        low, high = look, look + DAY // 2
        while before != after and high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        if before != after:
            changes.append((high, before, after))
    return changes
