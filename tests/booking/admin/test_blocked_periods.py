"""Time off over bookings that were made before: named first, and kept."""

import pytest
from django.test import Client

from accounts.models import User
from booking.models import BlockedPeriod, Booking, Resource, Service
from booking.operations import cancel_booking
from tests.booking.web.test_pages import text_of
from tests.conftest import CLIENT, Book, at
from tests.factories import ProviderFactory

ADD = "/admin/booking/blockedperiod/add/"
WHOLE_DAY = {"first_date": "2027-03-02"}


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def form(service: Service, **fields: str) -> dict[str, object]:
    return {"business": service.business_id, "reason": "Holiday"} | fields


def test_bookings_in_the_time_are_named_before_it_is_blocked(
    page: Client, booked: Book, service: Service
) -> None:
    booked(at(8))
    booked(at(8, day=3), name="Not meant")
    asked = page.post(ADD, form(service, **WHOLE_DAY))
    assert asked.status_code == 200
    assert "1 booking lies in this time and would stay as before: Eva Klein, Tue 2 Mar, 09:00." in (
        text_of(asked)
    )
    assert "Not meant" not in text_of(asked)
    assert not BlockedPeriod.objects.exists()
    saved = page.post(ADD, form(service, **WHOLE_DAY, anyway="on"))
    assert (saved.status_code, BlockedPeriod.objects.count()) == (302, 1)
    assert Booking.objects.filter(session__isnull=False).count() == 2


def test_many_are_counted(page: Client, booked: Book, service: Service) -> None:
    for day in (2, 3):
        for hour in range(8, 14):
            booked(at(hour, day=day))
    asked = page.post(ADD, form(service, first_date="2027-03-02", last_date="2027-03-03"))
    assert "12 bookings lie in this time" in text_of(asked)
    assert "… and 2 more." in text_of(asked)


@pytest.mark.parametrize(
    "time_off",
    [
        {"starts_at": "2027-03-02T10:00", "ends_at": "2027-03-02T12:00"},
        {"first_date": "2027-03-03"},
    ],
)
def test_what_only_touches_is_not_asked_about(
    page: Client, booked: Book, service: Service, time_off: dict[str, str]
) -> None:
    booked(at(8))
    assert page.post(ADD, form(service, **time_off)).status_code == 302


def test_only_the_bookings_of_that_person_are_in_the_way(
    page: Client, booked: Book, service: Service, provider: Resource
) -> None:
    other = ProviderFactory.create(business=service.business)
    booked(at(8))
    assert page.post(ADD, form(service, **WHOLE_DAY, resource=str(other.pk))).status_code == 302
    refused = page.post(ADD, form(service, **WHOLE_DAY, resource=str(provider.pk)))
    assert "1 booking lies in this time" in text_of(refused)


def test_what_was_cancelled_is_in_nobodys_way(page: Client, booked: Book, service: Service) -> None:
    cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    assert page.post(ADD, form(service, **WHOLE_DAY)).status_code == 302
