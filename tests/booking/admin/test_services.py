"""What a service needs and allows: rooms, durations, places, planned sessions."""

import pytest
from django.test import Client

from accounts.models import Role, User
from booking.models import BookingSettings, RequiredGroup, Resource, Service, Session
from tests.booking.admin.test_forms import service_form
from tests.booking.operations.test_plan import MONDAYS, Plan, lesson, plan, room
from tests.booking.web.test_pages import text_of
from tests.conftest import member
from tests.factories import BusinessFactory

__all__ = ["lesson", "plan"]


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def change(page: Client, service: Service, **fields: object) -> str:
    """What the page says after the service was saved so."""
    given = service_form(service, **{"questions-TOTAL_FORMS": 0, "slug": service.slug, **fields})
    answer = page.post(f"/admin/booking/service/{service.pk}/change/", given, follow=True)
    service.refresh_from_db()
    return text_of(answer)


def groups(*given: tuple[str, list[Resource]]) -> dict[str, object]:
    fields: dict[str, object] = {
        "required_groups-TOTAL_FORMS": len(given),
        "required_groups-INITIAL_FORMS": 0,
    }
    for number, (name, rooms) in enumerate(given):
        fields[f"required_groups-{number}-name"] = name
        fields[f"required_groups-{number}-resources"] = [each.pk for each in rooms]
    return fields


@pytest.mark.parametrize("text", ["30, 90", "30\r\n90", "30; 90", "30 90,"])
def test_other_durations_are_written_as_people_write(
    page: Client, service: Service, text: str
) -> None:
    change(page, service, duration_minutes=60, other_durations_minutes=text)
    assert service.durations_minutes == [30, 60, 90]
    html = page.get(f"/admin/booking/service/{service.pk}/change/").content.decode()
    assert 'value="30, 90"' in html


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"other_durations_minutes": "half an hour"}, "Write whole minutes"),
        ({"other_durations_minutes": "4"}, "greater than or equal to 5"),
        ({"other_durations_minutes": "90, 90"}, "Give each duration once."),
        ({"other_durations_minutes": "90", "starts": "planned"}, "Planned sessions all last as"),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"starts": "sometimes"}, "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_said(
    page: Client, service: Service, fields: dict[str, str], said: str
) -> None:
    assert said in change(page, service, **fields)
    assert (service.other_durations_minutes, service.capacity, service.starts) == ([], 1, "hours")


def test_a_service_needs_one_room_of_each_line(page: Client, service: Service) -> None:
    business = service.business
    chairs = [room(business, "Chair 1"), room(business, "Chair 2")]
    basin = room(business, "Basin")
    change(page, service, **groups(("Chair", chairs), ("Basin", [basin])))
    kept = RequiredGroup.objects.filter(service=service)
    assert [(group.name, list(group.resources.all())) for group in kept] == [
        ("Chair", chairs),
        ("Basin", [basin]),
    ]


def test_a_room_is_needed_by_one_line_only(page: Client, service: Service) -> None:
    chair = room(service.business, "Chair 1")
    text = change(page, service, **groups(("Chair", [chair]), ("Place", [chair])))
    assert "“Chair 1” is in “Chair” and in “Place”. Choose it in one of them only." in text
    assert not RequiredGroup.objects.exists()


def test_an_empty_line_is_refused(page: Client, service: Service) -> None:
    text = change(page, service, **groups(("Chair", [])))
    assert "Choose at least one room or equipment." in text


def test_only_ones_own_active_rooms_are_offered(page: Client, service: Service) -> None:
    business = service.business
    room(business, "Old chair", is_active=False)
    theirs = room(BusinessFactory.create(), "Their chair")
    mine = room(business, "My chair")
    text = text_of(page.get(f"/admin/booking/service/{service.pk}/change/"))
    assert "My chair" in text
    assert "Old chair" not in text
    assert "Their chair" not in text
    assert "Select a valid choice." in change(page, service, **groups(("Chair", [theirs])))
    people = groups(("Chair", [service.providers.get()]))
    assert "Select a valid choice." in change(page, service, **people)
    change(page, service, **groups(("Chair", [mine])))
    Resource.objects.filter(pk=mine.pk).update(is_active=False)
    assert "My chair" in text_of(page.get(f"/admin/booking/service/{service.pk}/change/"))


def test_members_who_may_only_look_read_it_in_words(client: Client, service: Service) -> None:
    service.other_durations_minutes = [30, 90]
    service.save()
    group = RequiredGroup.objects.create(service=service, name="Chair")
    group.resources.add(room(service.business, "Chair 1"))
    client.force_login(member(service.business, Role.READ_ONLY))
    text = text_of(client.get(f"/admin/booking/service/{service.pk}/change/"))
    assert "Other durations: 30, 90 min" in text
    assert "Chair Chair 1" in text
    assert "At any free time within the opening hours" in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"starts": "hours", "capacity": 1},
            "The 4 planned sessions of Class and everybody booked in them stay, but clients are no"
            " longer offered them",
        ),
        ({"starts": "hours", "capacity": 6}, "clients are offered them beside the opening hours"),
        ({"starts": "planned", "capacity": 2}, "offered the 4 planned sessions of Class, and"),
    ],
)
def test_what_becomes_of_planned_sessions_is_said(
    page: Client, lesson: Service, plan: Plan, fields: dict[str, object], said: str
) -> None:
    plan()
    assert said in change(page, lesson, duration_minutes=60, **fields)
    kept = Session.objects.values_list("starts_at", "capacity")
    assert list(kept) == [(start, 6) for start in MONDAYS]


def test_a_service_without_sessions_leads_to_planning_some(page: Client, service: Service) -> None:
    assert "can be booked as soon as a session is planned. Plan sessions" in change(
        page, service, starts="planned", capacity=6
    )
    assert "planned" not in change(page, service, starts="planned", capacity=6).partition("Home")[0]


def test_how_long_a_time_is_kept_is_a_setting(page: Client, service: Service) -> None:
    settings = BookingSettings.objects.get(business=service.business)
    text = text_of(page.get(f"/admin/booking/bookingsettings/{settings.pk}/change/"))
    assert "A chosen time is kept for, in seconds" in text
