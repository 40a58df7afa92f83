"""Of series of sessions that overlap, planned at the same moment, one is planned as a whole."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import httpx
import pytest
from django.db import connection
from django.test import Client

from booking import guard
from booking.models import Claim, RequiredGroup, Resource, ResourceKind, Service, Session
from config.core import clock
from tests.factories import BusinessFactory, MembershipFactory, ProviderFactory, ServiceFactory
from tests.races.conftest import Server, StartServer, at_once
from tests.races.test_booking import overlaps

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WEEKS = 6
PLANNERS = 4
# Any text of the right length, as long as cookie and form say the same.
TOKEN = "t" * 32


@pytest.fixture
def services(transactional_db: None) -> list[Service]:
    """Two classes of one person, who need the same two rooms, named in opposite order."""
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    rooms = [
        Resource.objects.create(business=business, kind=ResourceKind.ROOM, name=name)
        for name in ("Blue", "Red")
    ]
    person = ProviderFactory.create(business=business)
    made = ServiceFactory.create_batch(
        2, business=business, starts="planned", capacity=6, providers=[person]
    )
    for service, needed in zip(made, (rooms, rooms[::-1]), strict=True):
        for room in needed:
            RequiredGroup.objects.create(service=service, name=room.name).resources.add(room)
    return list(made)


@pytest.fixture
def no_guard(transactional_db: None) -> Iterator[None]:
    guard.remove(connection)
    yield
    Session.objects.all().delete()
    guard.install(connection)
    assert not guard.missing(connection)


def plans(server: Server, services: list[Service]) -> list[Callable[[], httpx.Response]]:
    """Calls that plan a series of each service, half an hour apart, several times over."""
    owner = MembershipFactory.create(business=services[0].business).user
    browser = Client()
    browser.force_login(owner)
    cookies = {"sessionid": browser.cookies["sessionid"].value, "csrftoken": TOKEN}
    return [
        partial(
            httpx.post,
            f"{server.url}/admin/booking/session/add/",
            data=form(service, at),
            cookies=cookies,
            timeout=60,
        )
        for service, at in zip(services, ("18:00", "18:30"), strict=True)
        for _ in range(PLANNERS)
    ]


def form(service: Service, at: str) -> dict[str, str]:
    return {
        "csrfmiddlewaretoken": TOKEN,
        "business": str(service.business_id),
        "service": str(service.pk),
        "provider": str(service.providers.get().pk),
        "day": str(clock.now().date() + timedelta(days=7)),
        "at": at,
        "is_bookable": "on",
        "booking_deadline_minutes": "0",
        "repeat": "weekly",
        "count": str(WEEKS),
    }


def found() -> tuple[int, int, int]:
    """How many sessions, claims and overlaps there are."""
    return Session.objects.count(), Claim.objects.count(), overlaps()


ONE_SERIES = (WEEKS, 3 * WEEKS, 0)


@pytest.mark.parametrize("race", ["", "pause"], ids=lambda race: race or "as it is")
def test_one_of_the_series_is_planned(
    services: list[Service], start_server: StartServer, race: str
) -> None:
    statuses = at_once(plans(start_server(race), services))
    assert statuses == Counter({302: 1, 409: 2 * PLANNERS - 1})
    assert found() == ONE_SERIES


def test_rooms_in_opposite_order_keep_nobody_waiting_for_ever(
    services: list[Service], start_server: StartServer
) -> None:
    services[1].providers.set([ProviderFactory.create(business=services[1].business)])
    answers: list[str] = []

    def remember(call: Callable[[], httpx.Response]) -> httpx.Response:
        answer = call()
        answers.append(answer.text)
        return answer

    calls = [partial(remember, call) for call in plans(start_server(), services)]
    assert at_once(calls) == Counter({302: 1, 409: 2 * PLANNERS - 1})
    assert found() == ONE_SERIES
    assert not any("very busy" in text for text in answers)


def test_the_rule_alone_holds_without_the_guard(
    services: list[Service], start_server: StartServer, no_guard: None
) -> None:
    assert at_once(plans(start_server(), services))[302] == 1
    assert found() == ONE_SERIES


def test_the_guard_alone_holds_without_the_lock(
    services: list[Service], start_server: StartServer
) -> None:
    at_once(plans(start_server("pause long no-lock"), services))
    assert overlaps() == 0


def test_with_neither_lock_nor_guard_this_test_finds_the_overlap(
    services: list[Service], start_server: StartServer, no_guard: None
) -> None:
    statuses = at_once(plans(start_server("pause long no-lock"), services))
    assert statuses[302] > 1
    assert overlaps() > 0
