"""Rules 1 to 4: hours, midnight, changes of the clock, overrides and narrowing."""

import pytest

from booking.availability import Refusal
from tests.booking.availability.factories import (
    at,
    clock,
    clock_with_offset,
    dated,
    provider,
    rules,
    schedule,
    slots_of,
    why_not,
)


@pytest.mark.parametrize(
    ("hours", "duration", "starts"),
    [
        pytest.param("09:00-17:00", 60, "09 10 11 12 13 14 15 16", id="last-slot-ends-at-closing"),
        pytest.param("09:00-10:00", 60, "09", id="just-fits"),
        pytest.param("09:00-09:59:59", 60, "", id="a-second-too-short"),
        pytest.param("09:00-11:00 14:00-16:00", 60, "09 10 14 15", id="two-windows"),
        pytest.param("09:00-11:00 14:00-16:00", 180, "", id="closed-between"),
        pytest.param("", 60, "", id="closed"),
        pytest.param("21:00-24:00", 60, "21 22 23", id="up-to-midnight"),
    ],
)
def test_slots_lie_in_the_hours(hours: str, duration: int, starts: str) -> None:
    someone = provider(schedule("Europe/Berlin", tue=hours))
    slots = slots_of(rules(duration, 60), someone, first="2027-06-01")
    assert clock(slots, "Europe/Berlin") == " ".join(f"{hour}:00" for hour in starts.split())


def test_weekdays_are_monday_first() -> None:
    someone = provider(schedule("UTC", mon="08:00-09:00", sun="20:00-21:00"))
    slots = slots_of(rules(), someone, first="2027-06-01", last="2027-06-10")
    assert dated(slots, "UTC") == ["2027-06-06 20:00", "2027-06-07 08:00"]


# 2027-06-04 is a Friday.
@pytest.mark.parametrize(
    ("date", "starts"),
    [
        pytest.param("2027-06-04", "22:00 22:30 23:00 23:30", id="the-evening"),
        pytest.param("2027-06-05", "00:00 00:30 01:00", id="the-night-of-the-day-before"),
        pytest.param("2027-06-06", "", id="not-a-night-later"),
    ],
)
def test_window_over_midnight(date: str, starts: str) -> None:
    someone = provider(schedule("America/New_York", fri="22:00-02:00"))
    slots = slots_of(rules(60, 30), someone, first=date)
    assert clock(slots, "America/New_York") == starts


def test_whole_day_is_open_from_midnight_to_midnight() -> None:
    someone = provider(schedule("Europe/Berlin", every_day="00:00-24:00"))
    slots = slots_of(rules(60, 30), someone, first="2027-06-01", last="2027-06-07")
    assert len(slots) == 7 * 48
    assert clock(slots[:2], "Europe/Berlin") == "00:00 00:30"
    assert clock(slots[-1:], "Europe/Berlin") == "23:30"


def test_whole_day_alone_ends_at_midnight() -> None:
    someone = provider(schedule("Europe/Berlin", tue="00:00-00:00"))
    slots = slots_of(rules(60, 60), someone, first="2027-06-01", last="2027-06-02")
    assert len(slots) == 24
    assert dated(slots[-1:], "Europe/Berlin") == ["2027-06-01 23:00"]


@pytest.mark.parametrize(
    ("friday", "saturday"),
    [
        pytest.param("22:00-02:00", "00:00-04:00", id="overlapping"),
        pytest.param("22:00-00:00", "00:00-04:00", id="touching"),
        pytest.param("22:00-04:00", "00:00-02:00", id="nested"),
    ],
)
def test_slot_can_run_across_windows_of_two_dates(friday: str, saturday: str) -> None:
    someone = provider(schedule("Europe/Berlin", fri=friday, sat=saturday))
    slots = slots_of(rules(300, 30), someone, first="2027-06-04")
    assert clock(slots, "Europe/Berlin") == "22:00 22:30 23:00"


BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
CAIRO, SANTIAGO, BEIRUT = "Africa/Cairo", "America/Santiago", "Asia/Beirut"
CHATHAM, CASABLANCA, KATHMANDU = "Pacific/Chatham", "Africa/Casablanca", "Asia/Kathmandu"
APIA, HAVANA, NUUK = "Pacific/Apia", "America/Havana", "America/Nuuk"


@pytest.mark.parametrize(
    ("tz", "date", "hours", "starts"),
    [
        pytest.param(
            BERLIN, "2027-03-28", "01:00-04:00", "01:00+01:00 01:30+01:00 03:00+02:00 03:30+02:00",
            id="berlin-gap-is-an-hour-less",
        ),
        pytest.param(
            BERLIN, "2027-03-28", "02:30-04:00", "03:30+02:00",
            id="berlin-begins-in-the-gap",
        ),
        pytest.param(
            BERLIN, "2027-03-28", "01:00-02:30", "01:00+01:00 01:30+01:00 03:00+02:00",
            id="berlin-ends-in-the-gap",
        ),
        pytest.param(
            BERLIN, "2027-03-28", "02:30-03:30", "", id="berlin-empty-in-the-gap",
        ),
        pytest.param(
            BERLIN, "2027-03-28", "02:45-03:15", "", id="berlin-reversed-in-the-gap",
        ),
        pytest.param(
            BERLIN, "2027-03-28", "01:00-02:30 03:00-04:30",
            "01:00+01:00 01:30+01:00 03:00+02:00 03:30+02:00 04:00+02:00",
            id="berlin-gap-joins-two-windows",
        ),
        pytest.param(
            BERLIN, "2027-10-31", "01:00-04:00",
            "01:00+02:00 01:30+02:00 02:00+02:00 02:30+02:00"
            " 02:00+01:00 02:30+01:00 03:00+01:00 03:30+01:00",
            id="berlin-fold-is-an-hour-more",
        ),
        pytest.param(
            BERLIN, "2027-10-31", "02:30-03:30", "02:30+02:00 02:00+01:00 02:30+01:00 03:00+01:00",
            id="berlin-begins-in-the-fold",
        ),
        pytest.param(
            BERLIN, "2027-10-31", "01:30-02:30", "01:30+02:00 02:00+02:00",
            id="berlin-ends-in-the-fold",
        ),
        pytest.param(
            NEW_YORK, "2027-03-14", "01:00-04:00",
            "01:00-05:00 01:30-05:00 03:00-04:00 03:30-04:00",
            id="new-york-gap",
        ),
        pytest.param(
            NEW_YORK, "2027-11-07", "01:00-02:00",
            "01:00-04:00 01:30-04:00 01:00-05:00 01:30-05:00",
            id="new-york-fold",
        ),
        pytest.param(
            LORD_HOWE, "2027-10-03", "01:30-03:30", "01:30+10:30 02:30+11:00 03:00+11:00",
            id="lord-howe-gap-of-half-an-hour",
        ),
        pytest.param(
            LORD_HOWE, "2027-04-04", "01:00-02:30",
            "01:00+11:00 01:30+11:00 01:30+10:30 02:00+10:30",
            id="lord-howe-fold-of-half-an-hour",
        ),
        pytest.param(
            CAIRO, "2027-04-30", "00:00-03:00", "01:00+03:00 01:30+03:00 02:00+03:00 02:30+03:00",
            id="cairo-gap-at-midnight",
        ),
        pytest.param(
            SANTIAGO, "2027-09-05", "00:00-02:00", "01:00-03:00 01:30-03:00",
            id="santiago-gap-at-midnight",
        ),
        pytest.param(
            BEIRUT, "2027-03-28", "00:00-02:00", "01:00+03:00 01:30+03:00",
            id="beirut-gap-at-midnight",
        ),
        pytest.param(
            BEIRUT, "2027-10-30", "22:30-24:00",
            "22:30+03:00 23:00+03:00 23:30+03:00 23:00+02:00 23:30+02:00",
            id="beirut-fold-before-midnight",
        ),
        pytest.param(
            CHATHAM, "2027-09-26", "02:15-04:15", "02:15+12:45 03:45+13:45",
            id="chatham-gap",
        ),
        pytest.param(
            CASABLANCA, "2026-02-15", "02:00-03:30",
            "02:00+01:00 02:30+01:00 02:00+00:00 02:30+00:00 03:00+00:00",
            id="casablanca-ramadan",
        ),
        pytest.param(
            KATHMANDU, "2027-01-01", "09:00-10:00", "09:00+05:45 09:30+05:45",
            id="kathmandu",
        ),
        pytest.param(
            HAVANA, "2027-11-07", "00:00-01:00",
            "00:00-04:00 00:30-04:00 00:00-05:00 00:30-05:00",
            id="havana-first-hour-twice",
        ),
        pytest.param(
            NUUK, "2027-03-28", "00:00-01:00", "00:00-01:00 00:30-01:00",
            id="nuuk-gap-before-midnight",
        ),
        pytest.param(APIA, "2011-12-30", "09:00-17:00", "", id="apia-date-left-out"),
        pytest.param(
            APIA, "2011-12-31", "09:00-10:00", "09:00+14:00 09:30+14:00",
            id="apia-day-after",
        ),
    ],
)  # fmt: skip
def test_hours_on_days_when_clocks_change(tz: str, date: str, hours: str, starts: str) -> None:
    someone = provider(schedule(tz, overrides={date: hours}))
    slots = slots_of(rules(30, 30), someone, first=date)
    assert clock_with_offset(slots, tz) == starts


@pytest.mark.parametrize(
    ("tz", "date", "half_hours"),
    [
        (BERLIN, "2027-03-28", 46),
        (BERLIN, "2027-10-31", 50),
        (LORD_HOWE, "2027-10-03", 47),
        (LORD_HOWE, "2027-04-04", 49),
        (SANTIAGO, "2027-09-05", 46),
        (CAIRO, "2027-04-30", 46),
        (CHATHAM, "2027-04-04", 50),
        (APIA, "2011-12-30", 0),
        (KATHMANDU, "2027-06-01", 48),
    ],
)
def test_whole_day_is_as_long_as_it_really_is(tz: str, date: str, half_hours: int) -> None:
    someone = provider(schedule(tz, every_day="00:00-24:00"))
    assert len(slots_of(rules(30, 30), someone, first=date)) == half_hours


def test_slot_over_a_change_of_the_clock_lasts_its_real_time() -> None:
    someone = provider(schedule(BERLIN, every_day="00:30-12:00"))
    for date in ("2027-03-28", "2027-10-31"):
        slot = slots_of(rules(180), someone, first=date)[0]
        assert slot.ends_at - slot.starts_at == 3 * 3600


def test_hours_of_a_date_left_out_do_not_slip_to_the_next() -> None:
    # 2011-12-30 was the Friday that Samoa skipped.
    someone = provider(schedule(APIA, fri="09:00-17:00"))
    assert slots_of(rules(), someone, first="2011-12-29", last="2012-01-05") == []


def test_night_before_a_date_left_out_goes_on_in_the_day_after() -> None:
    someone = provider(schedule(APIA, thu="22:00-02:00"))
    slots = slots_of(rules(60, 60), someone, first="2011-12-29", last="2011-12-31")
    assert dated(slots, APIA) == [
        "2011-12-29 22:00",
        "2011-12-29 23:00",
        "2011-12-31 00:00",
        "2011-12-31 01:00",
    ]
    assert slots_of(rules(60, 60), someone, first="2011-12-31") == slots[2:]


@pytest.mark.parametrize(
    ("override", "starts"),
    [
        pytest.param("", ["2027-06-03 23:00", "2027-06-04 00:00"], id="closed"),
        pytest.param(
            "12:00-13:00",
            ["2027-06-03 23:00", "2027-06-04 00:00", "2027-06-04 12:00"],
            id="other-hours",
        ),
        pytest.param(
            "08:00-09:00 23:00-01:00",
            [
                "2027-06-03 23:00",
                "2027-06-04 00:00",
                "2027-06-04 08:00",
                "2027-06-04 23:00",
                "2027-06-05 00:00",
            ],
            id="two-windows-one-over-midnight",
        ),
    ],
)
def test_override_replaces_what_starts_on_its_date(override: str, starts: list[str]) -> None:
    hours = schedule(
        "UTC", thu="23:00-01:00", fri="09:00-17:00", overrides={"2027-06-04": override}
    )
    slots = slots_of(rules(60, 60), provider(hours), first="2027-06-03", last="2027-06-05")
    assert dated(slots, "UTC") == starts


NARROW = "Europe/Berlin"


@pytest.mark.parametrize(
    ("hours", "narrowed_by", "starts"),
    [
        pytest.param("09:00-17:00", "10:15-12:15", "10:15 11:15", id="grid-begins-with-the-part"),
        pytest.param("09:00-17:00", "08:00-11:00", "09:00 10:00", id="service-begins-earlier"),
        pytest.param("09:00-17:00", "16:00-20:00", "16:00", id="service-ends-later"),
        pytest.param("09:00-17:00", "09:00-10:00 12:30-13:30", "09:00 12:30", id="two-parts"),
        pytest.param("09:00-17:00", "", "", id="service-closed"),
        pytest.param("", "09:00-17:00", "", id="provider-closed"),
        pytest.param("09:00-12:00", "12:00-17:00", "", id="only-touching"),
        pytest.param("20:00-24:00", "22:00-02:00", "22:00 23:00", id="over-midnight"),
        pytest.param("09:00-11:00 11:00-12:00", "10:00-12:00", "10:00 11:00", id="joined-first"),
    ],
)
def test_service_schedule_narrows(hours: str, narrowed_by: str, starts: str) -> None:
    service = rules(60, 60, narrowed_by=schedule(NARROW, tue=narrowed_by))
    slots = slots_of(service, provider(schedule(NARROW, tue=hours)), first="2027-06-01")
    assert clock(slots, NARROW) == starts


def test_service_open_around_the_clock_changes_nothing() -> None:
    hours = schedule(NARROW, every_day="22:15-03:15")
    # Midnight in London falls into the window.
    always = schedule("Europe/London", every_day="00:00-24:00")
    for service in (rules(50, 50), rules(50, 50, narrowed_by=always)):
        slots = slots_of(service, provider(hours), first="2027-06-01")
        assert clock(slots, NARROW) == "00:45 01:35 02:25 22:15 23:05 23:55"


def test_narrowing_schedule_in_another_zone() -> None:
    service = rules(60, 60, narrowed_by=schedule("America/New_York", tue="09:00-11:00"))
    slots = slots_of(
        service, provider(schedule(NARROW, every_day="09:00-16:30")), first="2027-06-01"
    )
    assert clock(slots, NARROW) == "15:00"


def test_service_narrows_each_provider() -> None:
    service = rules(60, 60, narrowed_by=schedule(NARROW, every_day="10:00-12:00"))
    early = provider(schedule(NARROW, every_day="09:00-11:00"), pk=1)
    late = provider(schedule(NARROW, every_day="11:00-13:00"), pk=2)
    slots = slots_of(service, early, late, first="2027-06-01")
    assert [slot.provider_ids for slot in slots] == [(1,), (2,)]
    assert clock(slots, NARROW) == "10:00 11:00"


@pytest.mark.parametrize(
    ("start", "reasons"),
    [
        ("08:00", {Refusal.CLOSED}),
        ("08:59", {Refusal.CLOSED}),
        ("09:00", set()),
        ("16:00", set()),
        ("16:30", {Refusal.CLOSED}),
        ("17:00", {Refusal.CLOSED}),
    ],
)
def test_refusal_when_closed(start: str, reasons: set[Refusal]) -> None:
    someone = provider(schedule("UTC", every_day="09:00-17:00"))
    assert why_not(rules(60, 30), someone, f"2027-06-01 {start}") == reasons


def test_start_is_offered_if_one_provider_can_take_it() -> None:
    early = provider(schedule("UTC", every_day="09:00-11:00"), pk=5)
    late = provider(schedule("UTC", every_day="10:00-12:00"), pk=3)
    slots = slots_of(rules(60, 60), early, late, first="2027-06-01")
    assert [(slot.starts_at, slot.provider_ids) for slot in slots] == [
        (at("2027-06-01 09:00"), (5,)),
        (at("2027-06-01 10:00"), (5, 3)),
        (at("2027-06-01 11:00"), (3,)),
    ]
    swapped = slots_of(rules(60, 60), late, early, first="2027-06-01")
    assert [slot.provider_ids for slot in swapped] == [(5,), (3, 5), (3,)]


def test_nobody_can_take_it() -> None:
    assert slots_of(rules(), provider(schedule("UTC")), first="2027-06-01") == []
