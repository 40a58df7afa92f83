"""Every state of a booking × every action × everybody who could try it, through every door.

The table says what may be done; what it does not name must change nothing.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.transaction import atomic, set_rollback
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role, User
from booking.lifecycle import Status
from booking.links import manage_token
from booking.models import ActorKind, Booking, BookingSettings, Hold, Source
from booking.operations import (
    Actor,
    accept_offer,
    approve_booking,
    approve_move,
    cancel_booking,
    complete_past,
    decline_move,
    expire_pending,
    mark_completed,
    mark_no_show,
    move_booking,
    offer_times,
    reject_booking,
    request_move,
)
from config.core.errors import DomainError
from tests.conftest import CLIENT, Book, at

pytestmark = pytest.mark.generated

ASKED, OFFERED, ELSEWHERE = at(13, day=3), at(10, day=4), at(8, day=5)
SYSTEM = Actor(kind=ActorKind.SYSTEM, source=Source.WORKER)
STAFF = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN)
Clock = time_machine.Traveller
# By action and state: the status that comes of it, and the start.
Table = dict[str, dict[str, tuple[Status, Any]]]


@dataclass
class World:
    """One booking in the state to be tried."""

    booking: Booking
    clock: Clock

    @property
    def now(self) -> Booking:
        return Booking.objects.get(pk=self.booking.pk)


def _ask(world: World) -> None:
    """As it is made."""


def _offer(world: World) -> None:
    offer_times(booking=world.booking, starts=[OFFERED], actor=STAFF)


def _lapse(world: World) -> None:
    world.clock.shift(timedelta(minutes=1440))


def _expire(world: World) -> None:
    _lapse(world)
    expire_pending()


def _confirm(world: World) -> None:
    approve_booking(booking=world.booking, actor=STAFF)


def _wish_to_move(world: World) -> None:
    _confirm(world)
    request_move(booking=world.booking, start=OFFERED, actor=CLIENT)


def _begin(world: World) -> None:
    _confirm(world)
    world.clock.move_to(ASKED + timedelta(minutes=10))


def _end(world: World) -> None:
    _confirm(world)
    world.clock.move_to(ASKED + timedelta(hours=2))


def _complete(world: World) -> None:
    _end(world)
    complete_past()


def _miss(world: World) -> None:
    _end(world)
    mark_no_show(booking=world.booking, actor=STAFF)


def _reject(world: World) -> None:
    reject_booking(booking=world.booking, reason="", actor=STAFF)


def _cancel(world: World) -> None:
    cancel_booking(booking=world.booking, reason="", actor=CLIENT)


STATES: dict[str, Callable[[World], None]] = {
    "pending": _ask,
    "pending, with offers": _offer,
    "pending, lapsed": _lapse,
    "expired": _expire,
    "confirmed": _confirm,
    "confirmed, asks to move": _wish_to_move,
    "confirmed, under way": _begin,
    "confirmed, over": _end,
    "completed": _complete,
    "no-show": _miss,
    "rejected": _reject,
    "cancelled": _cancel,
}
WAITING = {"pending", "pending, with offers"}
AHEAD = {"confirmed", "confirmed, asks to move"}
BEGUN = {"confirmed, under way", "confirmed, over"}

# What staff may do in which states, and what comes of it: the status, and the start.
STAFF_MAY: Table = {
    "approve": dict.fromkeys(WAITING, (Status.CONFIRMED, ASKED)),
    "reject": dict.fromkeys(WAITING, (Status.REJECTED, ASKED)),
    "cancel": dict.fromkeys(WAITING | AHEAD | BEGUN, (Status.CANCELLED, ASKED)),
    "move": dict.fromkeys(WAITING, (Status.PENDING, ELSEWHERE))
    | dict.fromkeys(AHEAD | BEGUN, (Status.CONFIRMED, ELSEWHERE)),
    "complete": dict.fromkeys(BEGUN | {"no-show"}, (Status.COMPLETED, ASKED)),
    "no-show": dict.fromkeys(BEGUN | {"completed"}, (Status.NO_SHOW, ASKED)),
    "agree": {"confirmed, asks to move": (Status.CONFIRMED, OFFERED)},
}
# … and what its client may, by the link.
CLIENT_MAY: Table = {
    "cancel": dict.fromkeys(WAITING | AHEAD, (Status.CANCELLED, ASKED)),
    "move": dict.fromkeys(WAITING, (Status.PENDING, ELSEWHERE))
    | dict.fromkeys(AHEAD, (Status.CONFIRMED, ELSEWHERE)),
    "accept": {"pending, with offers": (Status.CONFIRMED, OFFERED)},
}
CLOCK_MAY: Table = {
    "expire": {"pending, lapsed": (Status.EXPIRED, ASKED)},
    "complete past": {"confirmed, over": (Status.COMPLETED, ASKED)},
}

OPERATIONS: dict[str, Callable[[Booking, Actor], object]] = {
    "approve": lambda row, actor: approve_booking(booking=row, actor=actor),
    "reject": lambda row, actor: reject_booking(booking=row, reason="", actor=actor),
    "cancel": lambda row, actor: cancel_booking(booking=row, reason="", actor=actor),
    "move": lambda row, actor: move_booking(booking=row, start=ELSEWHERE, actor=actor),
    "complete": lambda row, actor: mark_completed(booking=row, actor=actor),
    "no-show": lambda row, actor: mark_no_show(booking=row, actor=actor),
    "agree": lambda row, actor: approve_move(booking=row, actor=actor),
    "accept": lambda row, actor: accept_offer(booking=row, start=OFFERED, actor=actor),
    "expire": lambda row, actor: expire_pending(),
    "complete past": lambda row, actor: complete_past(),
}
ADMIN_PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "approve": ("admin:booking_approve", "", {}),
    "reject": ("admin:booking_reject", "", {"reason": ""}),
    "cancel": ("admin:booking_cancel", "", {"reason": ""}),
    "move": ("admin:booking_move", "?start=2027-03-05T08:00:00Z", {"move": "1"}),
    "complete": ("admin:booking_complete", "", {}),
    "no-show": ("admin:booking_no_show", "", {}),
    "agree": ("admin:booking_move_answer", "", {"agree": "1"}),
}
CLIENT_PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "cancel": ("booking:cancel", {"reason": ""}),
    "move": ("booking:reschedule", {"start": ELSEWHERE.isoformat()}),
    "accept": ("booking:accept_offer", {"start": OFFERED.isoformat()}),
}


@pytest.fixture
def world(booked: Book, clock: Clock) -> World:
    BookingSettings.objects.update(requires_approval=True)
    return World(booked(ASKED), clock)


def brought_to(world: World, state: str) -> tuple[Status, Any]:
    STATES[state](world)
    return found(world)


def found(world: World) -> tuple[Status, Any]:
    row = world.now
    return Status(row.status), row.starts_at


def outcomes(
    world: World, state: str, actions: Iterable[str], attempt: Callable[[str], object]
) -> dict[str, tuple[Status, Any]]:
    """What comes of each action, tried from the same state: each is undone before the next."""
    come: dict[str, tuple[Status, Any]] = {}
    for action in actions:
        block: Any = atomic()
        # As the test's own transaction, which operations may run in all the same.
        block._from_testcase = True
        with block:
            attempt(action)
            come[action] = found(world)
            set_rollback(True)
    return come


def expected(table: Table, state: str, before: tuple[Status, Any]) -> dict[str, tuple[Status, Any]]:
    return {action: may.get(state, before) for action, may in table.items()}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("table", "actor"),
    [(STAFF_MAY, STAFF), (CLIENT_MAY, CLIENT), (CLOCK_MAY, SYSTEM)],
    ids=["staff", "client", "clock"],
)
def test_by_operation(world: World, state: str, table: Table, actor: Actor) -> None:
    before = brought_to(world, state)

    def attempt(action: str) -> None:
        # What a refusal says is tested beside each operation.
        with suppress(DomainError):
            OPERATIONS[action](world.booking, actor)

    assert outcomes(world, state, table, attempt) == expected(table, state, before)


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.STAFF])
@pytest.mark.parametrize("state", STATES)
def test_staff_by_page(client: Client, staff: User, world: World, state: str, role: Role) -> None:
    before = brought_to(world, state)
    Membership.objects.filter(user=staff).update(role=role)
    client.force_login(staff)
    statuses: list[int] = []
    come = outcomes(
        world, state, STAFF_MAY, lambda action: statuses.append(_press(client, world, action))
    )
    assert come == expected(STAFF_MAY, state, before)
    assert set(statuses) == {302}


@pytest.mark.parametrize("state", STATES)
def test_who_only_reads_and_who_is_a_stranger_change_nothing(
    client: Client, staff: User, stranger: User, world: World, state: str
) -> None:
    before = brought_to(world, state)
    Membership.objects.filter(user=staff).update(role=Role.READ_ONLY)
    for user, status in ((staff, 403), (stranger, 404)):
        client.force_login(user)
        assert {_press(client, world, action) for action in STAFF_MAY} == {status}
    assert found(world) == before


@pytest.mark.parametrize("state", STATES)
def test_the_client_by_link(client: Client, world: World, state: str) -> None:
    before = brought_to(world, state)
    token, statuses = manage_token(world.now), set()

    def attempt(action: str) -> None:
        name, form = CLIENT_PAGES[action]
        statuses.add(client.post(reverse(name, args=[token]), form).status_code)

    assert outcomes(world, state, CLIENT_MAY, attempt) == expected(CLIENT_MAY, state, before)
    assert statuses <= {200, 303, 409, 422}


@pytest.mark.parametrize("state", STATES)
def test_whoever_has_no_link(client: Client, world: World, state: str) -> None:
    before = brought_to(world, state)
    forged = f"{world.booking.uuid.hex}.1.{'A' * 43}"
    for name, form in CLIENT_PAGES.values():
        assert client.post(reverse(name, args=[forged]), form).status_code == 404
    assert found(world) == before


@pytest.mark.parametrize("state", STATES)
def test_what_has_ended_keeps_no_time(world: World, state: str) -> None:
    brought_to(world, state)
    row = world.now
    if row.status in {Status.REJECTED, Status.CANCELLED, Status.EXPIRED}:
        assert (row.session, Hold.objects.count()) == (None, 0)
    else:
        assert row.session is not None


def test_declining_a_wish_is_possible_only_while_there_is_one(world: World) -> None:
    brought_to(world, "confirmed, asks to move")
    decline_move(booking=world.booking, reason="", actor=STAFF)
    assert (found(world), Hold.objects.count()) == ((Status.CONFIRMED, ASKED), 0)


def _press(client: Client, world: World, action: str) -> int:
    name, query, form = ADMIN_PAGES[action]
    address = reverse(name, args=[world.booking.reference]) + query
    return client.post(address, form).status_code
