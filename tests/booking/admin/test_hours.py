import pytest
from django.test import Client

from accounts.models import Business, User
from booking.models import Schedule
from tests.booking.web.test_pages import text_of

Line = tuple[int, str, str]
MONDAY, TUESDAY, SUNDAY = 0, 1, 6


def send(client: Client, business: Business, *lines: Line, gone: int | None = None) -> object:
    """A new schedule with these lines, one of them perhaps ticked to be deleted."""
    form: dict[str, object] = {
        "business": business.pk,
        "name": "Late shift",
        "weekly_hours-TOTAL_FORMS": len(lines),
        "weekly_hours-INITIAL_FORMS": 0,
        "date_overrides-TOTAL_FORMS": 0,
        "date_overrides-INITIAL_FORMS": 0,
    }
    for number, (weekday, start, end) in enumerate(lines):
        prefix = f"weekly_hours-{number}"
        form |= {f"{prefix}-weekday": weekday, f"{prefix}-start": start, f"{prefix}-end": end}
    if gone is not None:
        form[f"weekly_hours-{gone}-DELETE"] = "on"
    return client.post("/admin/booking/schedule/add/", form)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [(MONDAY, "10:00", "17:00"), (MONDAY, "09:00", "17:00")],
            "Monday 09:00–17:00 and 10:00–17:00 overlap.",
        ),
        (
            [(MONDAY, "22:00", "02:00"), (TUESDAY, "01:00", "05:00")],
            "Monday 22:00–02:00 and Tuesday 01:00–05:00 overlap.",
        ),
        (
            [(MONDAY, "01:00", "05:00"), (SUNDAY, "22:00", "02:00")],
            "Monday 01:00–05:00 and Sunday 22:00–02:00 overlap.",
        ),
        (
            [(MONDAY, "00:00", "00:00"), (MONDAY, "09:00", "10:00")],
            "Monday 00:00–00:00 and 09:00–10:00 overlap.",
        ),
    ],
)
def test_lines_of_the_week_that_overlap_are_named(
    client: Client, owner: User, business: Business, lines: list[Line], said: str
) -> None:
    client.force_login(owner)
    assert said in text_of(send(client, business, *lines))
    assert not Schedule.objects.filter(name="Late shift").exists()


def test_lines_that_only_touch_are_kept(client: Client, owner: User, business: Business) -> None:
    client.force_login(owner)
    lines = [(MONDAY, "09:00", "12:00"), (MONDAY, "12:00", "00:00"), (TUESDAY, "00:00", "00:00")]
    send(client, business, *lines, (SUNDAY, "22:00", "00:00"))
    made = Schedule.objects.get(name="Late shift")
    assert [str(hours) for hours in made.weekly_hours.all()] == [
        "Monday 09:00–12:00",
        "Monday 12:00–00:00",
        "Tuesday 00:00–00:00",
        "Sunday 22:00–00:00",
    ]


def test_a_line_that_is_to_go_overlaps_with_nothing(
    client: Client, owner: User, business: Business
) -> None:
    client.force_login(owner)
    send(client, business, (MONDAY, "09:00", "17:00"), (MONDAY, "10:00", "17:00"), gone=1)
    made = Schedule.objects.get(name="Late shift")
    assert [str(hours) for hours in made.weekly_hours.all()] == ["Monday 09:00–17:00"]


def test_lines_that_were_there_before_count_too(
    client: Client, owner: User, business: Business
) -> None:
    client.force_login(owner)
    schedule = business.settings.default_schedule
    first, *others = schedule.weekly_hours.all()
    form: dict[str, object] = {
        "business": business.pk,
        "name": schedule.name,
        "weekly_hours-TOTAL_FORMS": 2,
        "weekly_hours-INITIAL_FORMS": 1,
        "weekly_hours-0-id": first.pk,
        "weekly_hours-0-schedule": schedule.pk,
        "weekly_hours-0-weekday": first.weekday,
        "weekly_hours-0-start": "09:00",
        "weekly_hours-0-end": "17:00",
        "weekly_hours-1-schedule": schedule.pk,
        "weekly_hours-1-weekday": first.weekday,
        "weekly_hours-1-start": "16:00",
        "weekly_hours-1-end": "20:00",
        "date_overrides-TOTAL_FORMS": 0,
        "date_overrides-INITIAL_FORMS": 0,
    }
    answer = client.post(f"/admin/booking/schedule/{schedule.pk}/change/", form)
    assert "Monday 09:00–17:00 and 16:00–20:00 overlap." in text_of(answer)
    assert schedule.weekly_hours.count() == 1 + len(others)
