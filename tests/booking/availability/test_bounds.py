"""Rules 7 and 13: how soon, how far ahead, and which dates."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Refusal, find_slots, group_by_date
from tests.booking.availability.factories import (
    at,
    clock,
    dated,
    provider,
    query,
    rules,
    schedule,
    slots_of,
    why_not,
)

TUESDAY = "2027-06-01"
DAILY = schedule("UTC", every_day="09:00-12:00")
ALWAYS = schedule("UTC", every_day="00:00-24:00")


@pytest.mark.parametrize(
    ("now", "notice", "starts"),
    [
        pytest.param("09:00", 0, "09:00 10:00 11:00", id="now-itself"),
        pytest.param("09:00:01", 0, "10:00 11:00", id="a-second-ago"),
        pytest.param("08:00", 60, "09:00 10:00 11:00", id="notice-just-kept"),
        pytest.param("08:00:01", 60, "10:00 11:00", id="notice-missed-by-a-second"),
        pytest.param("12:00", 0, "", id="over"),
    ],
)
def test_minimum_notice(now: str, notice: int, starts: str) -> None:
    slots = slots_of(
        rules(60, 60, notice=notice), provider(DAILY), first=TUESDAY, now=at(f"{TUESDAY} {now}")
    )
    assert clock(slots, "UTC") == starts


def test_minimum_notice_is_real_time() -> None:
    berlin = schedule("Europe/Berlin", every_day="00:00-24:00")
    now = at("2027-03-28T00:00+01:00")
    slots = slots_of(rules(30, 30, notice=180), provider(berlin), first="2027-03-28", now=now)
    assert clock(slots[:1], "Europe/Berlin") == "04:00"


@pytest.mark.parametrize(
    ("horizon", "dates"),
    [
        pytest.param(0, ["2027-06-01"], id="today-only"),
        pytest.param(1, ["2027-06-01", "2027-06-02"], id="and-tomorrow"),
    ],
)
@pytest.mark.parametrize("now", ["00:00", "08:59:59"])
def test_booking_horizon_counts_dates(now: str, horizon: int, dates: list[str]) -> None:
    slots = slots_of(
        rules(60, 240, horizon=horizon),
        provider(DAILY),
        first=TUESDAY,
        last="2027-06-10",
        now=at(f"{TUESDAY} {now}"),
    )
    assert dated(slots, "UTC") == [f"{day} 09:00" for day in dates]


@pytest.mark.parametrize(
    ("now", "last_start"),
    [
        # Midnight in Auckland, twelve hours ahead, is noon in UTC.
        pytest.param("2027-06-01 11:59:59", "2027-06-02 11:30", id="a-second-before-midnight"),
        pytest.param("2027-06-01 12:00:00", "2027-06-03 11:30", id="at-midnight"),
    ],
)
def test_booking_horizon_follows_the_business_zone(now: str, last_start: str) -> None:
    slots = slots_of(
        rules(30, 30, horizon=1),
        provider(ALWAYS),
        first=TUESDAY,
        last="2027-06-10",
        business_tz="Pacific/Auckland",
        now=at(now),
    )
    assert dated(slots[-1:], "UTC") == [last_start]


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        pytest.param("2027-06-01 09:59:59", {Refusal.NOTICE, Refusal.OFF_GRID}, id="too-soon"),
        pytest.param("2027-06-01 10:00", set(), id="soonest"),
        pytest.param("2027-06-03 11:30", set(), id="latest"),
        pytest.param("2027-06-03 12:00", {Refusal.HORIZON}, id="too-far"),
        pytest.param("2027-05-31 12:00", {Refusal.NOTICE}, id="past"),
    ],
)
def test_refusal_of_notice_and_horizon(start: str, reasons: set[Refusal]) -> None:
    assert (
        why_not(
            rules(30, 30, notice=120, horizon=2),
            provider(ALWAYS),
            start,
            business_tz="Pacific/Auckland",
            now=at("2027-06-01 08:00"),
        )
        == reasons
    )


@pytest.mark.parametrize(
    ("viewer_tz", "starts"),
    [
        ("America/Los_Angeles", ["2027-06-01 16:00", "2027-06-01 17:00"]),
        ("Pacific/Auckland", []),
        ("Europe/London", []),
    ],
)
def test_dates_are_those_of_the_viewer(viewer_tz: str, starts: list[str]) -> None:
    someone = provider(schedule("America/Los_Angeles", tue="16:00-18:00"))
    slots = slots_of(rules(60, 60), someone, first=TUESDAY, viewer_tz=viewer_tz)
    assert dated(slots, viewer_tz) == starts


def test_viewer_ahead_sees_the_slots_under_the_next_date() -> None:
    someone = provider(schedule("America/Los_Angeles", tue="16:00-18:00"))
    slots = slots_of(rules(60, 60), someone, first="2027-06-02", viewer_tz="Pacific/Auckland")
    assert dated(slots, "Pacific/Auckland") == ["2027-06-02 11:00", "2027-06-02 12:00"]


def test_range_is_inclusive() -> None:
    slots = slots_of(rules(30, 30), provider(ALWAYS), first="2027-06-01", last="2027-06-02")
    assert dated([slots[0], slots[-1]], "UTC") == ["2027-06-01 00:00", "2027-06-02 23:30"]


def test_slot_may_end_on_a_date_after_the_range() -> None:
    berlin = provider(schedule("Europe/Berlin", every_day="00:00-24:00"))
    # The viewer's day ends at 06:00 in Berlin, the last session of twenty hours the night after.
    slots = slots_of(rules(1200, 30), berlin, first=TUESDAY, viewer_tz="America/New_York")
    assert len(slots) == 48
    assert dated(slots[-1:], "Europe/Berlin") == ["2027-06-02 05:30"]
    assert why_not(rules(1200, 30), berlin, "2027-06-02T05:30+02:00") == set()


def test_range_that_ends_before_it_begins_is_empty() -> None:
    assert slots_of(rules(), provider(ALWAYS), first="2027-06-02", last="2027-06-01") == []


def test_range_on_a_date_the_viewer_never_had_is_empty() -> None:
    slots = slots_of(rules(), provider(ALWAYS), first="2011-12-30", viewer_tz="Pacific/Apia")
    assert slots == []


@pytest.mark.parametrize("tz", ["UTC", "Pacific/Apia", "America/New_York"])
@pytest.mark.parametrize("now", [-(10**12), -62_135_596_800, 253_402_300_799, 10**12])
@pytest.mark.parametrize(
    ("first", "last"), [(date.min, date.min), (date.max, date.max), (date.max, date.min)]
)
def test_ends_of_the_calendar_are_no_error(first: date, last: date, now: int, tz: str) -> None:
    someone = provider(schedule(tz, every_day="22:00-04:00"))
    for service in (rules(), rules(narrowed_by=someone.schedule, horizon=10**7)):
        slots = find_slots(query(service, someone, now=now), viewer_tz=tz, first=first, last=last)
        assert all(slot.ends_at > slot.starts_at >= now for slot in slots)


def test_last_month_of_the_calendar_has_slots() -> None:
    service = rules(60, 240, horizon=10**7)
    slots = slots_of(service, provider(DAILY), first="9999-12-01", last="9999-12-20")
    assert len(slots) == 20


def test_group_by_date_in_two_zones() -> None:
    someone = provider(schedule("America/Los_Angeles", tue="15:30-18:00"))
    slots = slots_of(rules(30, 60), someone, first=TUESDAY)
    assert group_by_date(slots, "America/Los_Angeles") == {date(2027, 6, 1): slots}
    # 17:00 in Los Angeles is midnight in UTC.
    assert group_by_date(slots, "UTC") == {date(2027, 6, 1): slots[:2], date(2027, 6, 2): slots[2:]}


def test_group_by_date_when_clocks_change() -> None:
    santiago = "America/Santiago"
    someone = provider(schedule(santiago, every_day="00:00-24:00"))
    slots = slots_of(rules(60, 60), someone, first="2027-09-04", last="2027-09-06")
    grouped = group_by_date(slots, santiago)
    assert {day.day: len(of_day) for day, of_day in grouped.items()} == {4: 24, 5: 23, 6: 24}
    for day, of_day in grouped.items():
        zone = ZoneInfo(santiago)
        assert {datetime.fromtimestamp(slot.starts_at, zone).date() for slot in of_day} == {day}


def test_group_by_date_of_nothing() -> None:
    assert group_by_date([], "UTC") == {}
