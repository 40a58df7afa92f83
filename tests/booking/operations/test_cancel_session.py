import pytest
import time_machine

from accounts.models import Business
from booking.lifecycle import InvalidTransition, Status
from booking.models import Booking, Claim, Service, Session
from booking.operations import cancel_booking, cancel_series, cancel_session, place_hold
from booking.wish import Wish
from notifications import outbox
from notifications.models import Audience, Message, OutboxEvent
from tests.booking.operations.test_plan import MONDAYS, STAFF, Plan, lesson, plan
from tests.conftest import CLIENT, Book

__all__ = ["lesson", "plan"]


@pytest.fixture
def sessions(plan: Plan) -> list[Session]:
    return plan(recurrence="RRULE:FREQ=WEEKLY")


def test_everybody_is_cancelled_and_told(
    sessions: list[Session], lesson: Service, booked: Book
) -> None:
    lesson.requires_approval = True
    lesson.save()
    confirmed = booked(MONDAYS[0], service=lesson, actor=STAFF, spots=2)
    asked = booked(MONDAYS[0], service=lesson, name="Ida", email="ida@example.com")
    left = booked(MONDAYS[0], service=lesson, name="Uwe", email="uwe@example.com")
    cancel_booking(booking=left, reason="", actor=CLIENT)
    elsewhere = booked(MONDAYS[1], service=lesson, actor=STAFF)
    place_hold(wish=Wish(service=lesson), start=MONDAYS[0], holder="somebody")
    assert cancel_session(session=sessions[0], reason="Mara is ill.", actor=STAFF) == [
        confirmed,
        asked,
    ]
    for booking in (confirmed, asked):
        booking.refresh_from_db()
        assert (booking.status, booking.cancellation_reason, booking.session) == (
            Status.CANCELLED,
            "Mara is ill.",
            None,
        )
        entry = booking.history.last()
        assert entry is not None
        assert (entry.event, entry.actor_kind) == ("booking.cancelled", STAFF.kind)
    elsewhere.refresh_from_db()
    assert elsewhere.status == Status.CONFIRMED
    assert list(Session.objects.values_list("starts_at", flat=True)) == MONDAYS[1:]
    assert not Claim.objects.filter(starts_at=MONDAYS[0]).exists()
    outbox.handle_events()
    told = Message.objects.filter(audience=Audience.CLIENT, template="client_cancelled")
    assert set(told.values_list("recipient", flat=True)) == {
        "eva@example.com",
        "ida@example.com",
        "uwe@example.com",
    }


def test_doing_it_again_changes_nothing(
    sessions: list[Session], lesson: Service, booked: Book
) -> None:
    booked(MONDAYS[0], service=lesson)
    cancel_session(session=sessions[0], reason="", actor=STAFF)
    events = OutboxEvent.objects.count()
    assert cancel_session(session=sessions[0], reason="", actor=STAFF) == []
    assert OutboxEvent.objects.count() == events


def test_a_request_that_takes_no_place_yet_is_cancelled_too(
    sessions: list[Session], lesson: Service, booked: Book
) -> None:
    lesson.requires_approval, lesson.pending_blocks = True, False
    lesson.save()
    asked = booked(MONDAYS[0], service=lesson)
    later = booked(MONDAYS[1], service=lesson, email="ida@example.com")
    assert cancel_session(session=sessions[0], reason="", actor=STAFF) == [asked]
    later.refresh_from_db()
    assert later.status == Status.PENDING


def test_a_lapsed_request_expires_and_is_not_cancelled(
    sessions: list[Session], lesson: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    lesson.requires_approval = True
    lesson.save()
    asked = booked(MONDAYS[0], service=lesson)
    assert asked.expires_at
    clock.move_to(asked.expires_at)
    assert cancel_session(session=sessions[0], reason="", actor=STAFF) == []
    asked.refresh_from_db()
    assert asked.status == Status.EXPIRED
    assert not Session.objects.filter(pk=sessions[0].pk).exists()


def test_one_that_has_begun_is_left(
    sessions: list[Session], lesson: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    booking = booked(MONDAYS[0], service=lesson)
    clock.move_to(MONDAYS[0])
    with pytest.raises(InvalidTransition):
        cancel_session(session=sessions[0], reason="", actor=STAFF)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_all_that_follow_are_cancelled_with_it(
    sessions: list[Session], lesson: Service, booked: Book, plan: Plan, business: Business
) -> None:
    [alone] = plan(MONDAYS[3].replace(hour=20))
    bookings = [booked(start, service=lesson) for start in MONDAYS]
    cancelled = cancel_series(session=sessions[2], reason="", actor=STAFF)
    assert cancelled == bookings[2:]
    assert list(Session.objects.order_by("starts_at")) == [*sessions[:2], alone]
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 2
    cancel_series(session=alone, reason="", actor=STAFF)
    assert list(Session.objects.order_by("starts_at")) == sessions[:2]
