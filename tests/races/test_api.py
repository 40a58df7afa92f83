"""One request to the API, sent again and again at the same moment, books once."""

from collections.abc import Callable
from functools import partial

import httpx
import pytest

from booking.models import Booking, Service
from tests.factories import BusinessFactory, ServiceFactory
from tests.races.bookings import free_starts
from tests.races.conftest import StartServer, at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_twenty_requests_with_one_key_are_one_booking(start_server: StartServer) -> None:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    service: Service = ServiceFactory.create(business=business, slug="haircut")
    body = {
        "service": "haircut",
        "start": free_starts(service)[0].isoformat(),
        "client_name": "Eva Klein",
        "client_email": "eva@example.com",
    }
    url = f"{start_server().url}/api/v1/businesses/salon-mara/bookings/"
    send = partial(httpx.post, url, json=body, headers={"Idempotency-Key": "one"}, timeout=60)
    answers: list[httpx.Response] = []
    assert at_once([_kept(send, answers)] * 20) == {201: 20}
    assert len({answer.content for answer in answers}) == 1
    assert Booking.objects.count() == 1


def _kept(
    send: Callable[[], httpx.Response], answers: list[httpx.Response]
) -> Callable[[], httpx.Response]:
    def call() -> httpx.Response:
        answers.append(answer := send())
        return answer

    return call
