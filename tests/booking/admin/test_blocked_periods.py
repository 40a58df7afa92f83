"""Which bookings lie in time off, and are asked about."""

import pytest
from django.test import Client

from accounts.models import User
from booking.models import BlockedPeriod, Resource, Service
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at
from tests.factories import ProviderFactory

ADD = "/admin/booking/blockedperiod/add/"
WHOLE_DAY = {"first_date": "2027-03-02"}


@pytest.fixture
def desk(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def form(service: Service, **fields: str) -> dict[str, object]:
    return {"business": service.business_id, "reason": "Holiday"} | fields


def test_only_bookings_in_the_time_are_asked_about(
    desk: Client, booked: Book, service: Service
) -> None:
    booked(at(8))
    booked(at(8, day=3), name="Not meant")
    asked = text_of(desk.post(ADD, form(service, **WHOLE_DAY)))
    assert "1 booking would no longer fit" in asked
    assert ("Eva Klein" in asked, "Not meant" in asked) == (True, False)
    assert not BlockedPeriod.objects.exists()


@pytest.mark.parametrize(
    "time_off",
    [
        {"starts_at": "2027-03-02T10:00", "ends_at": "2027-03-02T12:00"},
        {"first_date": "2027-03-03"},
    ],
)
def test_what_only_touches_is_not_asked_about(
    desk: Client, booked: Book, service: Service, time_off: dict[str, str]
) -> None:
    booked(at(8))
    assert desk.post(ADD, form(service, **time_off)).status_code == 302


def test_only_the_bookings_of_that_person_are_in_the_way(
    desk: Client, booked: Book, service: Service, provider: Resource
) -> None:
    other = ProviderFactory.create(business=service.business)
    booked(at(8))
    assert desk.post(ADD, form(service, **WHOLE_DAY, resource=str(other.pk))).status_code == 302
    asked = desk.post(ADD, form(service, **WHOLE_DAY, resource=str(provider.pk)))
    assert "1 booking would no longer fit" in text_of(asked)
