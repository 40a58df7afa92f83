"""Requests that take no time until somebody approves them."""

from datetime import timedelta

import pytest
import time_machine

from booking.lifecycle import InvalidTransition, Status
from booking.models import Booking, Claim, Schedule, Service, Session, WeeklyHours
from booking.operations import (
    SlotTaken,
    approve_booking,
    cancel_booking,
    place_hold,
    reject_booking,
)
from booking.wish import Wish
from tests.conftest import CLIENT, NOW, Book, at

STAFF = CLIENT


@pytest.fixture
def requests(service: Service, booked: Book) -> list[Booking]:
    """Two requests for the same time."""
    Service.objects.update(requires_approval=True, pending_blocks=False)
    service.refresh_from_db()
    return [booked(at(8), email=f"{name}@example.com", service=service) for name in ("eva", "ada")]


def test_they_take_no_time(requests: list[Booking]) -> None:
    assert {request.status for request in requests} == {Status.PENDING}
    assert (Session.objects.count(), Claim.objects.count()) == (0, 0)


def test_approving_one_takes_the_time_from_the_other(requests: list[Booking]) -> None:
    first = approve_booking(booking=requests[0], actor=STAFF)
    assert (first.status, first.starts_at) == (Status.CONFIRMED, at(8))
    assert Claim.objects.get().session == first.session
    with pytest.raises(SlotTaken):
        approve_booking(booking=requests[1], actor=STAFF)
    requests[1].refresh_from_db()
    assert (requests[1].status, requests[1].session) == (Status.PENDING, None)


def test_approving_again_changes_nothing(requests: list[Booking]) -> None:
    first = approve_booking(booking=requests[0], actor=STAFF)
    again = approve_booking(booking=requests[0], actor=STAFF)
    assert (again.session, again.approved_at) == (first.session, first.approved_at)
    assert again.history.count() == 2


def test_what_has_been_answered_or_has_lapsed_cannot_be_approved(
    requests: list[Booking], clock: time_machine.Traveller
) -> None:
    reject_booking(booking=requests[0], reason="", actor=STAFF)
    clock.move_to(NOW + timedelta(days=1))
    for request in requests:
        with pytest.raises(InvalidTransition):
            approve_booking(booking=request, actor=STAFF)
    assert Session.objects.count() == 0


def test_hours_that_have_changed_meanwhile_do_not_matter(requests: list[Booking]) -> None:
    WeeklyHours.objects.all().delete()
    Service.objects.update(duration_minutes=45, schedule=Schedule.objects.get())
    booking = approve_booking(booking=requests[0], actor=STAFF)
    assert (booking.starts_at, booking.ends_at) == (at(8), at(9))


def test_withdrawing_one_leaves_the_other(requests: list[Booking]) -> None:
    cancel_booking(booking=requests[0], reason="", actor=CLIENT)
    assert approve_booking(booking=requests[1], actor=STAFF).status == Status.CONFIRMED


def test_a_held_time_is_free_again_once_it_is_asked_for(service: Service, booked: Book) -> None:
    Service.objects.update(requires_approval=True, pending_blocks=False)
    service.refresh_from_db()
    kept = place_hold(wish=Wish(service=service), start=at(8), holder="somebody")
    booked(at(8), hold=kept, service=service)
    assert (Session.objects.count(), Claim.objects.count()) == (0, 0)
