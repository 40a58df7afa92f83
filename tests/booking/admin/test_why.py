"""Why is this time not offered? Every start of a day, with what stands in the way."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import User
from booking.models import BlockedPeriod, Resource, Service
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at
from tests.factories import ProviderFactory

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
