from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from booking.lifecycle import InvalidTransition, Status
from booking.models import ActorKind, Booking, Claim, Service, Session, Source
from booking.operations import (
    Actor,
    PolicyViolation,
    approve_booking,
    cancel_booking,
    reject_booking,
)
from notifications.models import OutboxEvent
from tests.conftest import CLIENT, NOW, Book, at


@pytest.fixture
def request_(booked: Book, service: Service) -> Booking:
    service.requires_approval = True
    service.save()
    return booked(at(8))


@pytest.fixture
def by_owner(owner: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)


def events() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))


def test_approving_records_who_and_when_and_keeps_the_time(
    request_: Booking, by_owner: Actor, owner: User
) -> None:
    booking = approve_booking(booking=request_, actor=by_owner)
    assert (booking.status, booking.approved_by, booking.approved_at, booking.confirmed_at) == (
        Status.CONFIRMED,
        owner,
        NOW,
        NOW,
    )
    assert booking.session == request_.session
    entry = booking.history.last()
    assert entry is not None
    assert (entry.event, entry.actor, entry.before, entry.after) == (
        "booking.approved",
        owner,
        {"status": "pending"},
        {"status": "confirmed"},
    )


def test_rejecting_keeps_the_reason_and_frees_the_time(
    request_: Booking, by_owner: Actor, booked: Book
) -> None:
    booking = reject_booking(booking=request_, reason="We are closed then.", actor=by_owner)
    booking.refresh_from_db()
    assert (booking.status, booking.rejection_reason, booking.session) == (
        Status.REJECTED,
        "We are closed then.",
        None,
    )
    assert not Session.objects.exists()
    assert booked(at(8)).status == Status.PENDING


def test_deciding_again_the_same_way_changes_nothing(request_: Booking, by_owner: Actor) -> None:
    first = approve_booking(booking=request_, actor=by_owner)
    second = approve_booking(booking=request_, actor=by_owner)
    assert second.approved_at == first.approved_at
    assert events() == ["booking.requested", "booking.approved"]


def test_deciding_again_the_other_way_is_refused(request_: Booking, by_owner: Actor) -> None:
    approve_booking(booking=request_, actor=by_owner)
    with pytest.raises(InvalidTransition, match="confirmed and cannot become declined"):
        reject_booking(booking=request_, reason="", actor=by_owner)
    assert events() == ["booking.requested", "booking.approved"]


def test_cancelling_raises_the_sequence_and_frees_the_time(booked: Book) -> None:
    booking = cancel_booking(booking=booked(at(8)), reason="I am ill.", actor=CLIENT)
    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason, booking.cancelled_at) == (
        Status.CANCELLED,
        "I am ill.",
        NOW,
    )
    assert (booking.sequence, booking.session) == (1, None)
    assert not Session.objects.exists()


def test_cancelling_again_changes_nothing(booked: Book) -> None:
    booking = booked(at(8))
    cancel_booking(booking=booking, reason="first", actor=CLIENT)
    again = cancel_booking(booking=booking, reason="second", actor=CLIENT)
    assert (again.cancellation_reason, again.sequence) == ("first", 1)
    assert events() == ["booking.confirmed", "booking.cancelled"]


@pytest.mark.parametrize(("minutes", "allowed"), [(1560, True), (1561, False)])
def test_the_deadline_binds_clients_and_its_instant_is_in_time(
    booked: Book, service: Service, by_owner: Actor, minutes: int, allowed: bool
) -> None:
    booking = booked(at(8))
    service.business.settings.cancellation_notice_minutes = minutes
    service.business.settings.save()
    if allowed:
        cancel_booking(booking=booking, reason="", actor=CLIENT)
    else:
        with pytest.raises(PolicyViolation):
            cancel_booking(booking=booking, reason="", actor=CLIENT)
        cancel_booking(booking=booking, reason="", actor=by_owner)
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED


@pytest.mark.parametrize("status", [Status.REJECTED, Status.EXPIRED])
def test_what_has_ended_cannot_be_cancelled(booked: Book, status: Status) -> None:
    booking = booked(at(8))
    Booking.objects.update(status=status, session=None)
    with pytest.raises(InvalidTransition):
        cancel_booking(booking=booking, reason="", actor=CLIENT)


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.AWAITING_PAYMENT, Status.COMPLETED])
def test_only_requests_are_approved(booked: Book, by_owner: Actor, status: Status) -> None:
    booking = booked(at(8))
    session = None if status == Status.EXPIRED else booking.session
    Booking.objects.update(status=status, session=session)
    with pytest.raises(InvalidTransition):
        approve_booking(booking=booking, actor=by_owner)
    booking.refresh_from_db()
    assert booking.status == status


def test_what_was_never_a_request_is_not_approved(booked: Book, by_owner: Actor) -> None:
    with pytest.raises(InvalidTransition, match="is confirmed"):
        approve_booking(booking=booked(at(8)), actor=by_owner)


def test_a_request_whose_time_is_over_can_no_longer_be_answered(
    request_: Booking, by_owner: Actor, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + timedelta(days=1))
    with pytest.raises(InvalidTransition, match="is expired"):
        approve_booking(booking=request_, actor=by_owner)
    with pytest.raises(InvalidTransition, match="is expired and cannot become declined"):
        reject_booking(booking=request_, reason="", actor=by_owner)
    with pytest.raises(InvalidTransition, match="is expired and cannot become cancelled"):
        cancel_booking(booking=request_, reason="", actor=CLIENT)


def test_an_approved_time_is_firm(request_: Booking, by_owner: Actor) -> None:
    approve_booking(booking=request_, actor=by_owner)
    assert Claim.objects.get().expires_at is None
