"""A booking that staff mark while the sweep completes it has the outcome that staff have said."""

import time
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from booking.lifecycle import Status
from booking.models import ActorKind, Booking, Service, Source
from booking.operations import Actor, Details, book, complete_past, mark_no_show
from booking.wish import Wish
from config.core import clock
from notifications.models import OutboxEvent
from tests.conftest import CLIENT
from tests.factories import BusinessFactory, ServiceFactory
from tests.races.bookings import free_starts

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PAUSE = 0.6
STAFF = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN)


@pytest.fixture
def over(transactional_db: None) -> Booking:
    """A booking that has just ended."""
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    service: Service = ServiceFactory.create(business=business, slug="haircut")
    booking = book(
        wish=Wish(service=service),
        start=free_starts(service)[0],
        details=Details(name="Eva", email="eva@example.com"),
        actor=CLIENT,
    )
    length = booking.ends_at - booking.starts_at
    booking.starts_at, booking.ends_at = clock.now() - length, clock.now()
    booking.save()
    return booking


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has found that a booking may be changed waits before writing it."""
    save = Booking.save

    def slowly(booking: Booking, *args: Any, **kwargs: Any) -> None:
        time.sleep(PAUSE)
        save(booking, *args, **kwargs)

    monkeypatch.setattr(Booking, "save", slowly)


def both(booking: Booking, *, sweep_after: float, staff_after: float) -> list[str]:
    """Sweep and staff at nearly the same moment; the events in the order of their writing."""

    def sweep() -> None:
        time.sleep(sweep_after)
        complete_past()
        connection.close()

    def mark() -> None:
        time.sleep(staff_after)
        mark_no_show(booking=booking, actor=STAFF)
        connection.close()

    threads = [Thread(target=sweep), Thread(target=mark)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    return [name for name in names if name != "booking.confirmed"]


def test_a_sweep_that_comes_second_leaves_the_no_show(over: Booking, pause: None) -> None:
    assert both(over, sweep_after=PAUSE / 2, staff_after=0) == ["booking.no_show"]
    over.refresh_from_db()
    assert over.status == Status.NO_SHOW


def test_staff_who_come_second_correct_the_sweep(over: Booking, pause: None) -> None:
    found = both(over, sweep_after=0, staff_after=PAUSE / 2)
    assert found == ["booking.completed", "booking.no_show"]
    over.refresh_from_db()
    assert (over.status, over.completed_at) == (Status.NO_SHOW, None)
