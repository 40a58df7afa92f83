"""Places of a class, rooms and holds, when everybody comes at once."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest
from django.db import connection
from django.db.models import Sum

from booking import guard
from booking.models import Booking, BookingSettings, Claim, Service, Session
from booking.operations import place_hold
from booking.wish import Wish
from config.core import clock
from tests.factories import (
    BusinessFactory,
    PlannedSessionFactory,
    RoomFactory,
    ServiceFactory,
    require,
)
from tests.races.bookings import bookings_of, free_starts
from tests.races.conftest import StartServer, at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLIENTS = 40
PLACES = 5


@pytest.fixture
def service(transactional_db: None) -> Service:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    made: Service = ServiceFactory.create(business=business, slug="haircut")
    return made


@pytest.fixture
def planned(service: Service) -> Session:
    """A class with five places."""
    start = free_starts(service)[0]
    service.starts = "planned"
    service.save()
    made: Session = PlannedSessionFactory.create(service=service, starts_at=start, capacity=PLACES)
    return made


@pytest.mark.parametrize("race", ["pause", "pause no-lock no-rule", "pause no-count"])
def test_the_last_places_of_a_class_are_sold_once(
    planned: Session, start_server: StartServer, race: str
) -> None:
    calls = bookings_of(start_server(race), planned.starts_at, count=CLIENTS)
    assert at_once(calls) == Counter({303: PLACES, 409: CLIENTS - PLACES})
    planned.refresh_from_db()
    assert (Booking.objects.count(), planned.spots_taken) == (PLACES, PLACES)


def test_with_neither_lock_nor_count_this_test_finds_too_many(
    planned: Session, start_server: StartServer
) -> None:
    server = start_server("pause no-lock no-rule no-count")
    at_once(bookings_of(server, planned.starts_at, count=CLIENTS))
    assert Booking.objects.count() > PLACES


def test_parties_of_one_to_three_never_exceed_the_places(
    planned: Session, start_server: StartServer
) -> None:
    server = start_server()
    calls = [
        call
        for spots in (1, 2, 3)
        for call in bookings_of(
            server, planned.starts_at, count=12, first=spots * 100, spots=str(spots)
        )
    ]
    at_once(calls)
    sold = Booking.objects.aggregate(total=Sum("spots"))["total"]
    planned.refresh_from_db()
    assert (sold, planned.spots_taken) == (PLACES, PLACES)


def test_the_first_to_come_make_one_session_together(
    service: Service, start_server: StartServer
) -> None:
    service.capacity = PLACES
    service.save()
    calls = bookings_of(start_server(), free_starts(service)[0], count=CLIENTS)
    statuses = at_once(calls)
    assert (Session.objects.count(), Claim.objects.count()) == (1, 1)
    # Whoever loses three times in a row is told to choose again, though a place may be left.
    assert statuses[303] == Booking.objects.count() <= PLACES
    assert set(statuses) == {303, 409}


@pytest.fixture
def crossed(service: Service) -> list[Service]:
    """Two services that need the same two rooms, named in opposite order."""
    rooms = RoomFactory.create_batch(2, business=service.business)
    other: Service = ServiceFactory.create(business=service.business, slug="massage")
    for made, order in ((service, rooms), (other, rooms[::-1])):
        for number, room in enumerate(order):
            require(made, room, name=f"Room {number}")
    return [service, other]


def crossing(crossed: list[Service], start_server: StartServer, race: str) -> Counter[int]:
    server, start = start_server(race), free_starts(crossed[0])[0]
    calls: list[Callable[[], httpx.Response]] = []
    for number, service in enumerate(crossed):
        calls += bookings_of(
            server, start, count=CLIENTS // 2, first=number * 100, slug=service.slug
        )
    return at_once(calls)


def test_rooms_in_opposite_order_never_wait_for_each_other(
    crossed: list[Service], start_server: StartServer
) -> None:
    statuses = crossing(crossed, start_server, "pause")
    assert statuses == Counter({303: 1, 409: CLIENTS - 1})
    assert Claim.objects.count() == 3


def test_locked_in_any_order_this_test_finds_them_waiting(
    crossed: list[Service], start_server: StartServer
) -> None:
    statuses = crossing(crossed, start_server, "pause no-order")
    # SQLite has one lock for everything: there nothing can be taken in the wrong order.
    assert (503 in statuses) == (connection.vendor == "postgresql")


def at_its_end(service: Service, start_server: StartServer, race: str, *, rounds: int) -> list[int]:
    """How many bookings each time has whose holder and eight others come as the hold ends."""
    BookingSettings.objects.update(hold_seconds=2)
    server = start_server(race)
    counts = []
    for number, start in enumerate(free_starts(service)[:rounds]):
        hold = place_hold(wish=Wish(service=service), start=start, holder=str(number))
        first = number * 100
        [own] = bookings_of(server, start, first=first, hold=str(hold.public_id))
        others = bookings_of(server, start, count=8, first=first + 1)
        # The holder is checked before the end and comes to the lock at about that moment.
        _each_at([hold.expires_at - timedelta(seconds=0.4), *[hold.expires_at] * 8], [own, *others])
        counts.append(Booking.objects.filter(starts_at=start).count())
    return counts


def _each_at(moments: list[datetime], calls: list[Callable[[], httpx.Response]]) -> None:
    def run(moment: datetime, call: Callable[[], httpx.Response]) -> None:
        time.sleep(max(0, (moment - clock.now()).total_seconds()))
        call()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(moments, calls, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("race", ["pause", "pause no-take-over"])
def test_a_hold_that_ends_as_it_is_used_has_one_successor(
    service: Service, start_server: StartServer, race: str
) -> None:
    assert at_its_end(service, start_server, race, rounds=2) == [1] * 2


def test_with_nothing_to_protect_it_this_test_finds_two(
    service: Service, start_server: StartServer
) -> None:
    guard.remove(connection)
    try:
        counts = at_its_end(service, start_server, "pause no-take-over no-lock no-rule", rounds=2)
        assert max(counts) > 1
    finally:
        Booking.objects.all().delete()
        Claim.objects.all().delete()
        guard.install(connection)
