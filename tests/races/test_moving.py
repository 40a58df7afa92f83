"""Moves of a booking that meet: each has one time at the end, and no time has two bookings."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

import httpx
import pytest
from django.db import IntegrityError, connection

from booking import guard
from booking.lifecycle import InvalidTransition, Status
from booking.links import manage_token
from booking.models import Booking, Claim, Service, Session
from booking.operations import Details, book, cancel_booking, move_booking
from booking.wish import Wish
from config.core import clock
from notifications.models import OutboxEvent
from tests.conftest import CLIENT
from tests.factories import (
    BusinessFactory,
    PlannedSessionFactory,
    ProviderFactory,
    ServiceFactory,
)
from tests.races.bookings import free_starts
from tests.races.conftest import Server, StartServer, at_once
from tests.races.threads import PAUSE, both

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
MOVERS = 12
module: Any = import_module("booking.operations.move")


@pytest.fixture
def service(transactional_db: None) -> Service:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    made: Service = ServiceFactory.create(business=business, slug="haircut")
    return made


def sell(
    service: Service,
    start: datetime,
    email: str = "eva@example.com",
    session_id: int | None = None,
) -> Booking:
    details = Details(name="Eva", email=email)
    wish = Wish(service=service, session_id=session_id)
    return book(wish=wish, start=start, details=details, actor=CLIENT)


def free_starts_of_day() -> list[datetime]:
    """Two hours of a day next week."""
    day = (clock.now() + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)
    return [day, day + timedelta(hours=2)]


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
    assert set(statuses) <= {303, 409, 410}, statuses
    assert statuses[303] == 1
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


def test_cancelling_what_is_being_given_to_somebody_else_cancels_it(
    service: Service, pause: None
) -> None:
    [here] = free_starts(service)[:1]
    booking = sell(service, here)
    other = ProviderFactory.create(business=service.business)
    service.providers.add(other)
    refused = both(
        lambda: move_booking(booking=booking, start=here, provider_id=other.pk, actor=CLIENT),
        lambda: cancel_booking(booking=booking, reason="", actor=CLIENT),
    )
    assert (refused, outcomes()) == ([], ["booking.moved", "booking.cancelled"])
    assert Claim.objects.count() == 0


def test_two_who_change_places_both_get_them(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each gives up the place in the class that the other one wants."""
    Service.objects.filter(pk=service.pk).update(starts="planned", capacity=6)
    here, there = free_starts_of_day()
    classes = [
        PlannedSessionFactory.create(
            service=service,
            starts_at=start,
            provider=ProviderFactory.create(business=service.business),
        )
        for start in (here, there)
    ]
    first, second = (
        sell(service, each.starts_at, f"{each.pk}@example.com", session_id=each.pk)
        for each in classes
    )
    occupy = module.occupy

    def later(*args: Any, **kwargs: Any) -> Session:
        time.sleep(PAUSE)
        taken: Session = occupy(*args, **kwargs)
        return taken

    monkeypatch.setattr(module, "occupy", later)
    refused = both(
        lambda: move_booking(booking=first, start=there, session_id=classes[1].pk, actor=CLIENT),
        lambda: move_booking(booking=second, start=here, session_id=classes[0].pk, actor=CLIENT),
    )
    assert refused == []
    moved = list(Booking.objects.order_by("pk").values_list("session", flat=True))
    assert moved == [classes[1].pk, classes[0].pk]


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


def test_without_the_lock_only_the_constraints_of_the_database_stand(
    service: Service, pause: None, no_lock: None
) -> None:
    here, there = free_starts(service)[:2]
    booking = sell(service, here)
    refused = both(
        lambda: cancel_booking(booking=booking, reason="", actor=CLIENT),
        lambda: move_booking(booking=booking, start=there, actor=CLIENT),
    )
    assert {type(error) for error in refused} == {IntegrityError}
