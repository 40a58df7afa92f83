"""Why is this time not offered? Every start of a day, with what stands in the way."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import User
from booking.models import BlockedPeriod, Resource, Service, Session
from booking.operations import place_hold
from booking.wish import Wish
from tests.booking.operations.test_plan import MONDAYS, Plan, lesson, plan, require, room
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at
from tests.factories import ProviderFactory

__all__ = ["lesson", "plan"]

DAY = "2027-03-02"


def ask(client: Client, service: Service, **query: str) -> str:
    page = client.get(f"/admin/booking/service/{service.pk}/why/", {"day": DAY} | query)
    assert page.status_code == 200
    return text_of(page)


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_every_start_of_the_day_is_there_with_its_reason(
    page: Client, booked: Book, service: Service, provider: Resource
) -> None:
    service.buffer_after_minutes = 30
    service.slot_interval_minutes = 60
    service.save()
    booking = booked(at(9))
    BlockedPeriod.objects.create(
        business=service.business, starts_at=at(13), ends_at=at(14), reason="Dentist"
    )
    text = ask(page, service)
    assert (
        f"10:00 No {provider.name} Taken by Eva Klein, Tue 2 Mar, 10:00. {booking.reference}"
        in text
    )
    assert f"11:00 No {provider.name} The buffer: too near to Eva Klein, Tue 2 Mar, 10:00." in text
    assert f"12:00 Yes {provider.name} free" in text
    assert f"14:00 No {provider.name} Time off: Dentist." in text


@pytest.mark.parametrize(
    ("day", "at_", "said"),
    [
        (
            DAY,
            "10:20",
            "10:20: not offered",
        ),
        (DAY, "10:20", "Not one of the times that are counted from the opening."),
        (DAY, "07:00", "Not open then, or not for long enough."),
        ("2027-02-26", "09:00", "Sooner than the minimum notice allows, or past."),
        ("2027-06-01", "09:00", "Farther ahead than can be booked."),
        ("2027-03-02", "09:00", "09:00: offered"),
        ("2027-03-06", "09:00", "Nobody is open on this day."),
    ],
)
def test_one_start_is_explained(
    page: Client, service: Service, day: str, at_: str, said: str
) -> None:
    assert said in ask(page, service, day=day, at=at_)


def test_a_limit_names_its_period(page: Client, booked: Book, service: Service) -> None:
    service.limit_per_week = 1
    service.save()
    booked(at(8, day=3))
    text = ask(page, service)
    assert "The week from Monday, 1 March 2027 has as many appointments of this service" in text


def test_a_holiday_and_a_date_override_are_named(page: Client, service: Service) -> None:
    settings = service.business.settings
    settings.holidays_country = "DE"
    settings.save()
    settings.default_schedule.date_overrides.create(date=date(2027, 3, 3))
    assert "A public holiday." in ask(page, service, day="2027-03-26", at="10:00")
    assert "date overrides" in ask(page, service, day="2027-03-03", at="10:00")


def test_each_person_has_reasons_of_their_own(
    page: Client, booked: Book, service: Service, provider: Resource
) -> None:
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    booked(at(8), provider_id=provider.pk)
    text = ask(page, service)
    assert "09:00 Yes" in text
    assert "Ali free" in text
    assert "Ali" not in ask(page, service, provider=str(provider.pk)).partition("Start Offered")[2]


def test_another_zone_has_another_day(page: Client, service: Service) -> None:
    text = ask(page, service, zone="Pacific/Auckland")
    assert "21:00 Yes" in text


def test_what_is_closed_as_a_whole_is_said_first(page: Client, service: Service) -> None:
    service.paused_until = at(8).date() + timedelta(days=30)
    service.save()
    assert "cannot be booked at the moment: clients can book nothing of it" in ask(page, service)


@pytest.mark.parametrize(
    "query", [{"day": "soon"}, {"day": "0001-01-01"}, {"zone": "Berlin"}, {"at": "25:00"}]
)
def test_a_wrong_question_is_answered_kindly(
    page: Client, service: Service, query: dict[str, str]
) -> None:
    answer = page.get(f"/admin/booking/service/{service.pk}/why/", query)
    assert answer.status_code == 400


def test_strangers_learn_nothing(client: Client, service: Service, stranger: User) -> None:
    address = f"/admin/booking/service/{service.pk}/why/"
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.get("/admin/booking/service/99999999999999999999/why/").status_code == 404


def test_an_archived_service_has_no_times(page: Client, service: Service) -> None:
    service.is_active = False
    service.save()
    assert "no longer offered" in ask(page, service)


def test_the_services_page_leads_there(page: Client, service: Service) -> None:
    html = page.get(f"/admin/booking/service/{service.pk}/change/").content.decode()
    assert f"/admin/booking/service/{service.pk}/why/" in html


MONDAY = "2027-03-08"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "18:00 Yes Join the session with Mara: free"),
        ({"is_bookable": False}, "18:00 No Join the session with Mara: It takes no more clients"),
        (
            {"booking_deadline_minutes": 30_000},
            "Join the session with Mara: Its booking deadline has passed.",
        ),
        (
            {"capacity": 1, "spots_taken": 1},
            "Join the session with Mara: There are not enough free places.",
        ),
    ],
)
def test_a_planned_session_is_one_to_join(
    page: Client, lesson: Service, plan: Plan, changed: dict[str, int], said: str
) -> None:
    lesson.providers.update(name="Mara")
    plan(MONDAYS[0])
    Session.objects.update(**changed)
    assert said in ask(page, lesson, day=MONDAY)


def test_where_nothing_is_planned_that_is_said(page: Client, lesson: Service) -> None:
    assert "No session is planned on this day." in ask(page, lesson, day=MONDAY)
    assert "10:00: not offered No session is planned then." in ask(
        page, lesson, day=MONDAY, at="10:00"
    )


def test_a_session_in_the_way_is_named_and_linked(
    page: Client, lesson: Service, service: Service, plan: Plan, booked: Book
) -> None:
    service.providers.set(lesson.providers.all())
    [session] = plan(at(9, day=8))
    booked(at(9, day=8), service=lesson, spots=3)
    address = f"/admin/booking/service/{service.pk}/why/?day={MONDAY}"
    html = page.get(address)
    assert "Taken by the session Class, Mon 8 Mar, 10:00 (3 of 6 places taken). See the" in (
        text_of(html)
    )
    assert f"/admin/booking/session/{session.pk}/change/" in html.content.decode()


def test_a_time_that_is_only_kept_says_until_when(page: Client, service: Service) -> None:
    service.buffer_after_minutes, service.slot_interval_minutes = 15, 60
    service.save()
    place_hold(wish=Wish(service=service), start=at(9), holder="somebody")
    text = ask(page, service)
    assert "Kept for somebody who is filling in the form, until 07:05." in text
    assert "The buffer: too near to a time kept for somebody who is filling in" in text


def test_several_in_one_appointment_are_counted(
    page: Client, service: Service, booked: Book
) -> None:
    service.capacity = 3
    service.save()
    for name in ("Eva Klein", "Ida", "Uwe"):
        booked(at(9), name=name, email=f"{name[:3].lower()}@example.com")
    text = ask(page, service, at="10:00")
    assert "Taken by Eva Klein and 2 more, Tue 2 Mar, 10:00." in text
    assert "Join the session with" in text


def test_each_room_says_why_it_is_not_free(page: Client, service: Service, booked: Book) -> None:
    business = service.business
    blue, red = room(business, "Blue"), room(business, "Red", limit_per_day=1)
    require(service, blue, red)
    BlockedPeriod.objects.create(
        business=business, resource=blue, first_date=DAY, last_date=DAY, reason="Painting"
    )
    booked(at(8))
    text = ask(page, service, at="10:00")
    assert "None of “Room” is free. Blue Time off: Painting. Red The day from" in text
    assert "Tuesday, 2 March 2027 has as many appointments of Red as allowed." in text


def test_a_group_with_nothing_in_it_is_named(page: Client, service: Service) -> None:
    require(service, room(service.business, "Blue", is_active=False))
    assert "Of “Room” there is nothing that can be used." in ask(page, service, at="10:00")
