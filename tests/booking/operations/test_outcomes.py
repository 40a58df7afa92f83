"""Completed by itself, no-show by staff, and back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db.models.signals import pre_save
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from booking.lifecycle import RELEASED, InvalidTransition, Status
from booking.models import ActorKind, Booking, Claim, Service, Session, Source
from booking.operations import (
    Actor,
    cancel_booking,
    complete_past,
    mark_completed,
    mark_no_show,
    outcomes_of,
)
from booking.tasks import complete_past as complete_past_task
from notifications import outbox
from notifications.models import Message, OutboxEvent
from tests.conftest import Book, at

STAFF = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN)
Mark = Callable[..., Booking]


def events() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))


def put(booking: Booking, status: Status) -> Booking:
    """As if the booking had come to this state."""
    booking.status = status
    if status in RELEASED:
        booking.session = None
    if status == Status.PENDING:
        booking.expires_at = booking.starts_at + timedelta(days=1)
    booking.save()
    return booking


def test_at_its_end_a_booking_is_completed(booked: Book, clock: time_machine.Traveller) -> None:
    booking = booked(at(8))
    clock.move_to(at(9) - timedelta(seconds=1))
    assert complete_past() == []
    clock.move_to(at(9))
    assert complete_past() == [booking]
    booking.refresh_from_db()
    assert (booking.status, booking.completed_at) == (Status.COMPLETED, at(9))
    entry = booking.history.last()
    assert entry is not None
    assert (entry.event, entry.actor_kind, entry.source, entry.before, entry.after) == (
        "booking.completed",
        ActorKind.SYSTEM,
        Source.WORKER,
        {"status": "confirmed"},
        {"status": "completed"},
    )


def test_a_completed_booking_keeps_its_session_and_claim(
    booked: Book, clock: time_machine.Traveller
) -> None:
    booking = booked(at(8))
    clock.move_to(at(9))
    complete_past()
    mark_no_show(booking=booking, actor=STAFF)
    booking.refresh_from_db()
    assert booking.session == Session.objects.get()
    assert Claim.objects.get().session == booking.session


def test_sweeping_again_changes_nothing(booked: Book, clock: time_machine.Traveller) -> None:
    booked(at(8))
    clock.move_to(at(9))
    assert (complete_past_task(), complete_past_task()) == (1, 0)
    assert events() == ["booking.confirmed", "booking.completed"]


def test_the_scheduler_knows_the_sweep() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["complete_past"]
    assert (entry["task"], entry["schedule"]) == (complete_past_task.name, 60.0)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED}))
def test_the_sweep_leaves_every_other_state(
    booked: Book, clock: time_machine.Traveller, status: Status
) -> None:
    booking = put(booked(at(8)), status)
    clock.move_to(at(9))
    assert complete_past() == []
    booking.refresh_from_db()
    assert booking.status == status


@contextmanager
def broken(booking: Booking) -> Iterator[None]:
    def refuse(instance: Booking, **given: Any) -> None:
        if instance.pk == booking.pk:
            raise ValueError("broken")

    pre_save.connect(refuse, sender=Booking)
    try:
        yield
    finally:
        pre_save.disconnect(refuse, sender=Booking)


def test_one_that_cannot_be_completed_does_not_keep_the_others(
    booked: Book, clock: time_machine.Traveller
) -> None:
    first, second = booked(at(8)), booked(at(9))
    clock.move_to(at(10))
    with broken(first):
        assert complete_past() == [second]
    assert complete_past() == [first]


def test_completing_one_costs_few_statements(
    booked: Book,
    clock: time_machine.Traveller,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    booked(at(8))
    clock.move_to(at(9))
    # The search, a savepoint and its release, the lock, the booking, its history and its event.
    with django_assert_max_num_queries(8):
        complete_past()
    with django_assert_max_num_queries(1):
        complete_past()


def test_nobody_is_mailed(booked: Book, clock: time_machine.Traveller, owner: User) -> None:
    booking = booked(at(8))
    outbox.handle_events()
    before = Message.objects.count()
    clock.move_to(at(9))
    complete_past()
    mark_no_show(booking=booking, actor=STAFF)
    outbox.handle_events()
    assert Message.objects.count() == before
    assert set(OutboxEvent.objects.values_list("error", "due_at")) == {("", None)}


def test_a_no_show_and_back(booked: Book, clock: time_machine.Traveller) -> None:
    booking = booked(at(8))
    clock.move_to(at(8))
    assert mark_no_show(booking=booking, actor=STAFF).status == Status.NO_SHOW
    clock.move_to(at(12))
    marked = mark_completed(booking=booking, actor=STAFF)
    assert (marked.status, marked.completed_at) == (Status.COMPLETED, at(12))
    marked = mark_no_show(booking=booking, actor=STAFF)
    assert (marked.status, marked.completed_at) == (Status.NO_SHOW, None)
    assert events() == [
        "booking.confirmed",
        "booking.no_show",
        "booking.completed",
        "booking.no_show",
    ]


@pytest.mark.parametrize("mark", [mark_no_show, mark_completed])
def test_marking_again_changes_nothing(
    booked: Book, clock: time_machine.Traveller, mark: Mark
) -> None:
    booking = booked(at(8))
    clock.move_to(at(9))
    first = mark(booking=booking, actor=STAFF)
    clock.move_to(at(10))
    again = mark(booking=booking, actor=STAFF)
    assert (again.status, again.updated_at) == (first.status, at(9))
    assert len(events()) == 2


@pytest.mark.parametrize("mark", [mark_no_show, mark_completed])
def test_what_has_not_begun_has_no_outcome(
    booked: Book, clock: time_machine.Traveller, mark: Mark
) -> None:
    booking = booked(at(8))
    clock.move_to(at(8) - timedelta(seconds=1))
    assert outcomes_of(booking, at(8) - timedelta(seconds=1)) == frozenset()
    with pytest.raises(InvalidTransition, match="has not begun yet"):
        mark(booking=booking, actor=STAFF)


@pytest.mark.parametrize(
    ("status", "possible"),
    [
        (Status.PENDING, set()),
        (Status.AWAITING_PAYMENT, set()),
        (Status.CONFIRMED, {Status.COMPLETED, Status.NO_SHOW}),
        (Status.COMPLETED, {Status.NO_SHOW}),
        (Status.NO_SHOW, {Status.COMPLETED}),
        (Status.REJECTED, set()),
        (Status.CANCELLED, set()),
        (Status.EXPIRED, set()),
    ],
)
def test_the_outcomes_of_every_state(
    booked: Book, clock: time_machine.Traveller, status: Status, possible: set[Status]
) -> None:
    booking = put(booked(at(8)), status)
    clock.move_to(at(9))
    assert outcomes_of(booking, at(9)) == possible
    marks: dict[Status, Mark] = {
        Status.COMPLETED: mark_completed,
        Status.NO_SHOW: mark_no_show,
    }
    for outcome in set(marks) - possible - {status}:
        with pytest.raises(InvalidTransition):
            marks[outcome](booking=booking, actor=STAFF)
    booking.refresh_from_db()
    assert booking.status == status


def test_what_is_over_cannot_be_cancelled(booked: Book, clock: time_machine.Traveller) -> None:
    booking = booked(at(8))
    clock.move_to(at(9))
    complete_past()
    with pytest.raises(InvalidTransition, match="is completed and cannot become cancelled"):
        cancel_booking(booking=booking, reason="", actor=STAFF)


def test_a_kept_place_in_a_class_leaves_the_others_theirs(
    booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    service.capacity = 3
    service.save()
    first = booked(at(8))
    second = booked(at(8), email="other@example.com")
    clock.move_to(at(9))
    mark_no_show(booking=first, actor=STAFF)
    assert complete_past() == [second]
    assert Session.objects.get().spots_taken == 2
