from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from booking.lifecycle import InvalidTransition, Status
from booking.models import ActorKind, Booking, Claim, Service, Session
from booking.operations import expire_booking, expire_pending
from booking.tasks import expire_pending as expire_pending_task
from notifications.models import OutboxEvent
from tests.conftest import NOW, Book, at

DAY = timedelta(days=1)


@pytest.fixture
def request_(booked: Book, service: Service) -> Booking:
    service.requires_approval = True
    service.save()
    return booked(at(8, day=4))


def test_a_request_waits_as_long_as_the_business_says(request_: Booking) -> None:
    assert request_.expires_at == NOW + DAY
    assert Claim.objects.get().expires_at == NOW + DAY


def test_a_request_waits_no_longer_than_until_its_start(booked: Book, request_: Booking) -> None:
    assert booked(at(15, day=1)).expires_at == at(15, day=1)


def test_a_confirmed_booking_does_not_expire(booked: Book) -> None:
    assert booked(at(8)).expires_at is None


def test_at_its_moment_a_request_ends_and_gives_its_time_back(
    request_: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + DAY - timedelta(seconds=1))
    assert expire_pending() == []
    clock.move_to(NOW + DAY)
    assert expire_pending() == [request_]
    request_.refresh_from_db()
    assert (request_.status, request_.session) == (Status.EXPIRED, None)
    assert not Session.objects.exists()
    entry = request_.history.last()
    assert entry is not None
    assert (entry.event, entry.actor_kind, entry.before, entry.after) == (
        "booking.expired",
        ActorKind.SYSTEM,
        {"status": "pending"},
        {"status": "expired"},
    )


def test_expiring_again_changes_nothing(request_: Booking, clock: time_machine.Traveller) -> None:
    clock.move_to(NOW + DAY)
    expire_booking(booking=request_)
    assert expire_booking(booking=request_).status == Status.EXPIRED
    assert expire_pending_task() == 0
    assert list(OutboxEvent.objects.order_by("id").values_list("name", flat=True)) == [
        "booking.requested",
        "booking.expired",
    ]


def test_what_still_waits_does_not_expire(request_: Booking) -> None:
    with pytest.raises(InvalidTransition, match="is pending"):
        expire_booking(booking=request_)


def test_without_a_worker_the_time_is_free_and_selling_it_ends_the_request(
    request_: Booking, booked: Book, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + DAY)
    second = booked(at(8, day=4), email="other@example.com")
    request_.refresh_from_db()
    assert (request_.status, second.status) == (Status.EXPIRED, Status.PENDING)
    assert Session.objects.get() == second.session


def test_overlapping_in_part_is_enough_to_end_a_lapsed_request(
    request_: Booking, booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    service.slot_interval_minutes = 30
    service.save()
    clock.move_to(NOW + DAY)
    booked(at(8, 30, day=4))
    request_.refresh_from_db()
    assert request_.status == Status.EXPIRED


def test_the_command_names_what_it_ends(request_: Booking, clock: time_machine.Traveller) -> None:
    clock.move_to(NOW + DAY)
    line = f"{request_.reference}  salon-mara\n"
    assert run("--dry-run") == f"{line}1 request would expire\n"
    assert Booking.objects.get().status == Status.PENDING
    assert run() == f"{line}1 request expired\n"
    assert Booking.objects.get().status == Status.EXPIRED
    assert run() == "0 requests expired\n"


def run(*options: str) -> str:
    said = StringIO()
    call_command("expire_pending", *options, stdout=said)
    return said.getvalue()


def test_one_request_that_cannot_be_ended_does_not_keep_the_others(
    request_: Booking, booked: Book, clock: time_machine.Traveller
) -> None:
    other = booked(at(8, day=5), email="other@example.com")
    Session.objects.filter(bookings=request_).update(spots_taken=0)
    clock.move_to(NOW + 2 * DAY)
    assert expire_pending() == [other]
    request_.refresh_from_db()
    assert request_.status == Status.PENDING


def test_a_booking_ends_only_the_lapsed_requests_in_its_way(
    request_: Booking, booked: Book, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + DAY)
    booked(at(10, day=4), email="other@example.com")
    request_.refresh_from_db()
    assert request_.status == Status.PENDING


def test_what_has_lapsed_is_not_upcoming(request_: Booking, clock: time_machine.Traveller) -> None:
    assert list(Booking.objects.upcoming(NOW)) == [request_]
    assert list(Booking.objects.upcoming(NOW + DAY)) == []
