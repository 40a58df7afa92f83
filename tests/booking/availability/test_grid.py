"""Rule 5: where starts are counted from."""

import pytest

from booking.availability import Refusal, SlotAlignment
from tests.booking.availability.factories import (
    claim,
    clock,
    clock_with_offset,
    provider,
    rules,
    schedule,
    slots_of,
    span,
    why_not,
)

TUESDAY, FRIDAY, SATURDAY = "2027-06-01", "2027-06-04", "2027-06-05"


@pytest.mark.parametrize(
    ("before", "after", "starts"),
    [
        pytest.param(0, 0, "09:00 09:45 10:30 11:15", id="the-duration"),
        pytest.param(0, 15, "09:00 10:00 11:00", id="and-the-buffer-after"),
        pytest.param(30, 15, "09:00 10:15", id="or-the-larger-buffer-before"),
    ],
)
def test_default_interval(before: int, after: int, starts: str) -> None:
    someone = provider(schedule("UTC", every_day="09:00-12:00"))
    slots = slots_of(rules(45, None, before=before, after=after), someone, first=TUESDAY)
    assert clock(slots, "UTC") == starts


@pytest.mark.parametrize(
    ("hours", "starts"),
    [
        pytest.param("09:10-11:20", "09:10 09:55 10:40", id="from-the-beginning"),
        pytest.param("09:00-10:30 13:20-14:20", "09:00 09:45 13:20", id="each-its-own"),
        pytest.param("09:00-10:10 10:10-11:10", "09:00 09:45 10:30", id="touching-are-one"),
        pytest.param("09:00-10:10 10:00-11:10", "09:00 09:45 10:30", id="overlapping-are-one"),
        pytest.param("10:10-11:10 09:00-10:10", "09:00 09:45 10:30", id="in-any-order"),
        pytest.param("09:00-11:10 09:20-10:00", "09:00 09:45 10:30", id="one-inside-the-other"),
        pytest.param("09:00-10:10 10:11-11:10", "09:00 10:11", id="a-minute-apart-are-two"),
    ],
)
def test_grid_of_windows_on_one_date(hours: str, starts: str) -> None:
    someone = provider(schedule("UTC", tue=hours))
    assert clock(slots_of(rules(40, 45), someone, first=TUESDAY), "UTC") == starts


@pytest.mark.parametrize(
    ("friday", "saturday", "starts"),
    [
        pytest.param("22:00-02:00", "", "22:00 22:50 23:40 00:30 01:20", id="goes-on-at-midnight"),
        pytest.param(
            "22:00-02:00", "00:00-04:00", "22:00 22:50 23:40 00:00 00:50 01:40 02:30 03:20",
            id="up-to-where-a-later-one-begins",
        ),
        pytest.param(
            "22:00-00:00", "00:00-02:00", "22:00 22:50 23:40 00:00 00:50",
            id="touching-on-two-dates-stay-two",
        ),
        pytest.param(
            "22:00-03:00", "00:10-01:30", "22:00 22:50 23:40 00:10 01:00 01:50",
            id="the-one-that-began-last-counts-on",
        ),
    ],
)  # fmt: skip
def test_grid_of_windows_on_two_dates(friday: str, saturday: str, starts: str) -> None:
    someone = provider(schedule("Europe/Berlin", fri=friday, sat=saturday))
    slots = slots_of(rules(40, 50), someone, first=FRIDAY, last=SATURDAY)
    assert clock(slots, "Europe/Berlin") == starts


@pytest.mark.parametrize("sunday", ["", "02:30-03:30", "02:45-03:15"])
def test_window_lost_in_a_gap_begins_no_grid(sunday: str) -> None:
    hours = {"2027-03-27": "22:00-06:00", "2027-03-28": sunday}
    someone = provider(schedule("Europe/Berlin", overrides=hours))
    slots = slots_of(rules(30, 80), someone, first="2027-03-27", last="2027-03-28")
    assert clock(slots, "Europe/Berlin") == "22:00 23:20 00:40 03:00 04:20"


def test_grid_begins_anew_every_day_of_an_open_week() -> None:
    someone = provider(schedule("UTC", every_day="00:00-24:00"))
    slots = slots_of(rules(60, 7 * 60), someone, first=FRIDAY, last=SATURDAY)
    assert clock(slots, "UTC") == "00:00 07:00 14:00 21:00 00:00 07:00 14:00 21:00"


@pytest.mark.parametrize("first", ["2027-06-03", FRIDAY, SATURDAY])
def test_grid_does_not_move_with_the_range(first: str) -> None:
    someone = provider(schedule("UTC", fri="22:00-04:00"))
    slots = slots_of(rules(40, 45), someone, first=first, last="2027-06-06")
    assert clock(slots, "UTC").endswith("00:15 01:00 01:45 02:30 03:15")


def test_grid_does_not_move_with_taken_time() -> None:
    someone = provider(
        schedule("UTC", every_day="09:00-12:00"),
        claims=[claim("2027-06-01 09:05", "2027-06-01 09:20")],
        blocked=[span("2027-06-01 10:25", "2027-06-01 10:35")],
    )
    assert clock(slots_of(rules(30, 30), someone, first=TUESDAY), "UTC") == "09:30 11:00 11:30"


def test_grid_does_not_move_with_notice() -> None:
    someone = provider(schedule("UTC", every_day="09:00-12:00"))
    early = slots_of(rules(30, 30), someone, first=TUESDAY)
    late = slots_of(rules(30, 30), someone, first=TUESDAY, now=early[0].starts_at + 61)
    assert clock(late, "UTC") == "09:30 10:00 10:30 11:00 11:30"


@pytest.mark.parametrize(
    ("hours", "duration", "every", "starts"),
    [
        pytest.param("09:10-12:00", 30, 30, "09:30 10:00 10:30 11:00 11:30", id="half-hours"),
        pytest.param("09:00-11:00", 30, 45, "09:00 09:45 10:30", id="since-midnight"),
        pytest.param("09:10-11:00", 30, 50, "09:10 10:00", id="not-since-the-window"),
        pytest.param("09:10-11:00", 30, None, "09:30 10:00 10:30", id="default-interval"),
        pytest.param("09:10-09:50 09:50-11:00", 30, 30, "09:30 10:00 10:30", id="across-windows"),
        pytest.param("22:30-23:00", 30, 7 * 60, "", id="none-in-the-window"),
    ],
)
def test_clock_alignment(hours: str, duration: int, every: int | None, starts: str) -> None:
    someone = provider(schedule("Europe/Berlin", tue=hours))
    service = rules(duration, every, alignment=SlotAlignment.CLOCK)
    assert clock(slots_of(service, someone, first=TUESDAY), "Europe/Berlin") == starts


def test_clock_alignment_begins_anew_at_midnight() -> None:
    someone = provider(schedule("Europe/Berlin", fri="21:00-03:00"))
    service = rules(30, 50, alignment=SlotAlignment.CLOCK)
    slots = slots_of(service, someone, first=FRIDAY, last=SATURDAY)
    assert clock(slots, "Europe/Berlin") == "21:40 22:30 23:20 00:00 00:50 01:40 02:30"


def test_clock_alignment_follows_the_providers_clock() -> None:
    someone = provider(schedule("Asia/Kathmandu", every_day="09:00-11:00"))
    service = rules(60, 60, alignment=SlotAlignment.CLOCK)
    slots = slots_of(service, someone, first=TUESDAY, viewer_tz="UTC", business_tz="UTC")
    assert clock(slots, "Asia/Kathmandu") == "09:00 10:00"
    assert clock(slots, "UTC") == "03:15 04:15"


@pytest.mark.parametrize(
    ("tz", "date", "hours", "every", "starts"),
    [
        pytest.param(
            "Europe/Berlin", "2027-03-28", "00:30-05:00", 60,
            "01:00+01:00 03:00+02:00 04:00+02:00",
            id="berlin-skips-the-hour",
        ),
        pytest.param(
            "Europe/Berlin", "2027-03-28", "00:00-06:00", 120,
            "00:00+01:00 04:00+02:00",
            id="berlin-even-hours-although-one-is-missing",
        ),
        pytest.param(
            "Europe/Berlin", "2027-10-31", "01:30-04:00", 60,
            "02:00+02:00 02:00+01:00 03:00+01:00",
            id="berlin-shows-the-hour-twice",
        ),
        pytest.param(
            "Australia/Lord_Howe", "2027-10-03", "01:15-05:00", 60,
            "03:00+11:00 04:00+11:00",
            id="lord-howe-full-hours-after-half-an-hour-less",
        ),
        pytest.param(
            "Australia/Lord_Howe", "2027-04-04", "01:00-04:00", 45,
            "01:30+11:00 01:30+10:30 02:15+10:30 03:00+10:30",
            id="lord-howe-fold",
        ),
        pytest.param(
            "America/Santiago", "2027-09-05", "00:00-04:00", 60,
            "01:00-03:00 02:00-03:00 03:00-03:00",
            id="santiago-no-midnight",
        ),
        pytest.param(
            "Pacific/Chatham", "2027-09-26", "02:00-06:00", 60,
            "02:00+12:45 04:00+13:45 05:00+13:45",
            id="chatham-gap-to-three-quarters",
        ),
    ],
)  # fmt: skip
def test_clock_alignment_when_clocks_change(
    tz: str, date: str, hours: str, every: int, starts: str
) -> None:
    someone = provider(schedule(tz, overrides={date: hours}))
    service = rules(30, every, alignment=SlotAlignment.CLOCK)
    assert clock_with_offset(slots_of(service, someone, first=date), tz) == starts


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        pytest.param("09:00", set(), id="on-the-grid"),
        pytest.param("09:15", {Refusal.OFF_GRID}, id="between"),
        pytest.param("09:30:01", {Refusal.OFF_GRID}, id="a-second-late"),
        pytest.param("16:45", {Refusal.OFF_GRID, Refusal.CLOSED}, id="between-and-too-late"),
        pytest.param("18:15", {Refusal.CLOSED}, id="no-grid-where-it-is-closed"),
    ],
)
@pytest.mark.parametrize("alignment", SlotAlignment)
def test_refusal_off_the_grid(alignment: SlotAlignment, start: str, reasons: set[Refusal]) -> None:
    someone = provider(schedule("UTC", every_day="09:00-17:00"))
    service = rules(60, 30, alignment=alignment)
    assert why_not(service, someone, f"2027-06-01 {start}") == reasons
