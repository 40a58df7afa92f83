"""Moves of a booking that meet: each has one time at the end, and no time has two bookings."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import httpx
import pytest
from django.db import IntegrityError, connection

from booking import guard, locking
from booking.lifecycle import InvalidTransition, Status
from booking.links import manage_token
from booking.models import Booking, Claim, Service, Session
from booking.operations import Details, book, cancel_booking, move_booking
from booking.operations import move as module
from booking.wish import Wish
from config.core.errors import DomainError
from notifications.models import OutboxEvent
from tests.conftest import CLIENT
from tests.factories import BusinessFactory, ServiceFactory
from tests.races.bookings import free_starts
from tests.races.conftest import Server, StartServer, at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PAUSE = 0.6
MOVERS = 12


@pytest.fixture
def service(transactional_db: None) -> Service:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    made: Service = ServiceFactory.create(business=business, slug="haircut")
    return made


def sell(service: Service, start: datetime, email: str = "eva@example.com") -> Booking:
    details = Details(name="Eva", email=email)
    return book(wish=Wish(service=service), start=start, details=details, actor=CLIENT)


def moves(
    server: Server, booking: Booking, starts: list[datetime]
) -> list[Callable[[], httpx.Response]]:
    address = f"{server.url}/booking/{manage_token(booking)}/reschedule/"
    return [
        partial(httpx.post, address, data={"start": start.isoformat()}, timeout=60)
        for start in starts
    ]


def test_of_many_moves_of_one_booking_one_wins(service: Service, start_server: StartServer) -> None:
    first, *others = free_starts(service)[: MOVERS + 1]
    booking = sell(service, first)
    statuses = at_once(moves(start_server(), booking, others))
    stored = Booking.objects.get()
    # Who comes later still finds the link replaced, or the booking moved.
    assert (statuses[303], sum(statuses.values()) - statuses[409] - statuses[410]) == (1, 1)
    assert (stored.starts_at in others, stored.sequence, stored.link_version) == (True, 1, 2)
    assert list(Claim.objects.values_list("starts_at", flat=True)) == [stored.starts_at]
    assert Session.objects.get() == stored.session


def test_of_many_bookings_moved_to_one_time_one_gets_it(
    service: Service, start_server: StartServer
) -> None:
    wanted, *starts = free_starts(service)[: MOVERS + 1]
    bookings = [sell(service, start, f"c{n}@example.com") for n, start in enumerate(starts)]
    server = start_server()
    calls = [call for booking in bookings for call in moves(server, booking, [wanted])]
    assert at_once(calls) == Counter({303: 1, 409: MOVERS - 1})
    stored = Booking.objects.order_by("pk").values_list("starts_at", flat=True)
    kept = [start for start, before in zip(stored, starts, strict=True) if start == before]
    assert (Counter(stored)[wanted], len(kept)) == (1, MOVERS - 1)
    assert sorted(Claim.objects.values_list("starts_at", flat=True)) == sorted(stored)


def test_without_the_rule_and_the_guard_that_test_finds_two(
    service: Service, start_server: StartServer
) -> None:
    wanted, *starts = free_starts(service)[: MOVERS + 1]
    bookings = [sell(service, start, f"c{n}@example.com") for n, start in enumerate(starts)]
    guard.remove(connection)
    server = start_server("pause no-lock no-rule")
    at_once([call for booking in bookings for call in moves(server, booking, [wanted])])
    assert Booking.objects.filter(starts_at=wanted).count() > 1


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has found that a booking may be changed waits before writing it."""
    save = Booking.save

    def slowly(booking: Booking, *args: Any, **kwargs: Any) -> None:
        time.sleep(PAUSE)
        save(booking, *args, **kwargs)

    monkeypatch.setattr(Booking, "save", slowly)


@pytest.fixture
def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def no_transaction() -> Iterator[None]:
        yield

    monkeypatch.setattr(locking, "_transaction", no_transaction)
    monkeypatch.setattr(connection.features.__class__, "has_select_for_update", False)
    monkeypatch.setattr(locking, "_lock_first_free", lambda provider_ids: provider_ids[0])


def both(first: Callable[[], object], second: Callable[[], object]) -> list[Exception]:
    """`first`, and while it is under way, `second`; returns how one of them was refused."""
    refused: list[Exception] = []

    def run(call: Callable[[], object], wait: float) -> None:
        time.sleep(wait)
        try:
            call()
        except (DomainError, IntegrityError) as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=[first, 0]),
        threading.Thread(target=run, args=[second, PAUSE / 2]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def outcomes() -> list[str]:
    names = OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    return [name for name in names if name != "booking.confirmed"]


def test_cancelling_what_is_being_moved_cancels_it_at_its_new_time(
    service: Service, pause: None
) -> None:
    here, there = free_starts(service)[:2]
    booking = sell(service, here)
    refused = both(
        lambda: move_booking(booking=booking, start=there, actor=CLIENT),
        lambda: cancel_booking(booking=booking, reason="", actor=CLIENT),
    )
    assert refused == []
    stored = Booking.objects.get()
    assert outcomes() == ["booking.moved", "booking.cancelled"]
    assert (stored.status, stored.session) == (Status.CANCELLED, None)
    assert (Claim.objects.count(), Session.objects.count()) == (0, 0)


def test_moving_what_is_being_cancelled_changes_nothing(service: Service, pause: None) -> None:
    here, there = free_starts(service)[:2]
    booking = sell(service, here)
    [refusal] = both(
        lambda: cancel_booking(booking=booking, reason="", actor=CLIENT),
        lambda: move_booking(booking=booking, start=there, actor=CLIENT),
    )
    assert isinstance(refusal, InvalidTransition)
    stored = Booking.objects.get()
    assert outcomes() == ["booking.cancelled"]
    assert (stored.status, stored.starts_at) == (Status.CANCELLED, here)
    assert (Claim.objects.count(), Session.objects.count()) == (0, 0)


def test_without_the_lock_only_the_database_keeps_a_cancelled_booking_from_taking_time(
    service: Service, pause: None, no_lock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = free_starts(service)[:2]
    booking = sell(service, here)
    check = module.check_movable

    def check_early(row: Booking, actor: Any) -> None:
        check(row, actor)
        time.sleep(PAUSE / 4)

    monkeypatch.setattr(module, "check_movable", check_early)
    [refusal] = both(
        lambda: cancel_booking(booking=booking, reason="", actor=CLIENT),
        lambda: move_booking(booking=booking, start=there, actor=CLIENT),
    )
    assert "booking_session_while_taking_time" in str(refusal)
