"""A booking that staff mark while the sweep completes it has the outcome that staff have said."""

import time
from collections.abc import Callable
from functools import partial
from threading import Event, Thread
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
def writing(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Set once the first of two is about to write, which it does a moment later."""
    begun, save = Event(), Booking.save

    def slowly(booking: Booking, *args: Any, **kwargs: Any) -> None:
        begun.set()
        time.sleep(PAUSE)
        save(booking, *args, **kwargs)

    monkeypatch.setattr(Booking, "save", slowly)
    return begun


def both(first: Callable[[], object], second: Callable[[], object], writing: Event) -> list[str]:
    """`first`, and `second` while it is under way; the events in the order of their writing."""

    def run(call: Callable[[], object]) -> None:
        call()
        connection.close()

    threads = [Thread(target=run, args=[first]), Thread(target=run, args=[second])]
    threads[0].start()
    assert writing.wait(timeout=20)
    threads[1].start()
    for thread in threads:
        thread.join()
    names = OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    return [name for name in names if name != "booking.confirmed"]


def test_a_sweep_that_comes_second_leaves_the_no_show(over: Booking, writing: Event) -> None:
    mark = partial(mark_no_show, booking=over, actor=STAFF)
    assert both(mark, complete_past, writing) == ["booking.no_show"]
    over.refresh_from_db()
    assert over.status == Status.NO_SHOW


def test_staff_who_come_second_correct_the_sweep(over: Booking, writing: Event) -> None:
    mark = partial(mark_no_show, booking=over, actor=STAFF)
    assert both(complete_past, mark, writing) == ["booking.completed", "booking.no_show"]
    over.refresh_from_db()
    assert (over.status, over.completed_at) == (Status.NO_SHOW, None)


def test_two_who_say_the_same_at_once_say_it_once(over: Booking, writing: Event) -> None:
    mark = partial(mark_no_show, booking=over, actor=STAFF)
    assert both(mark, mark, writing) == ["booking.no_show"]
