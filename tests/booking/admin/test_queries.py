"""Lists of the admin cost the same number of queries with many rows as with few."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from booking.models import Service
from booking.operations import Terms, plan_sessions
from tests.conftest import CLIENT, Book, at
from tests.factories import ProviderFactory, ServiceFactory


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address, follow=True).status_code == 200
    return len(queries)


def plan(service: Service, *days: int) -> None:
    plan_sessions(
        service=service,
        provider=service.providers.get(),
        starts=[at(17, day=day) for day in days],
        terms=Terms(capacity=6),
        actor=CLIENT,
    )


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/booking/booking/",
        "/admin/booking/session/",
        "/admin/booking/service/",
        "/admin/booking/resource/",
        "/admin/booking/client/",
        "/admin/notifications/message/",
    ],
)
def test_a_list_of_twelve_costs_no_more_than_a_list_of_three(
    client: Client, owner: User, booked: Book, service: Service, address: str
) -> None:
    client.force_login(owner)
    lesson = ServiceFactory.create(business=service.business, capacity=6)
    plan(lesson, *range(2, 5))
    for hour in (8, 9, 10):
        booked(at(hour), email=f"client{hour}@example.com")
    few = count(client, address)
    service.providers.add(*ProviderFactory.create_batch(3, business=service.business))
    plan(lesson, *range(5, 14))
    for day in (3, 4, 5):
        for hour in (8, 9, 10):
            booked(at(hour, day=day), email=f"client{day}{hour}@example.com")
    assert count(client, address) <= few
    assert few < 30
