"""What is told of a move, read back as a mail program would."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine

from accounts.models import User
from booking.links import LinkReplaced, booking_of_token, manage_token, manage_url
from booking.models import ActorKind, Booking, Resource, Service, Source
from booking.operations import (
    Actor,
    approve_move,
    cancel_session,
    decline_move,
    end_expired_holds,
    move_booking,
    request_move,
)
from tests.booking import test_mail
from tests.booking.test_mail import dispatch, event_of, subject
from tests.conftest import CLIENT, Book, at
from tests.factories import PlannedSessionFactory, ProviderFactory

CLIENT_ADDRESS = "eva@example.com"


def body(sent: EmailMessage) -> str:
    """The plain text, whatever the lines."""
    return " ".join(test_mail.body(sent).split())


def member(user: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=user)


@pytest.fixture
def booking(booked: Book) -> Booking:
    made = booked(at(8, day=3))
    dispatch()
    return made


def test_a_move_by_the_client(booking: Booking, owner: User) -> None:
    token = manage_token(booking)
    moved = move_booking(booking=booking, start=at(13, day=3), actor=CLIENT)
    sent = dispatch()
    to_client, to_owner = sent[CLIENT_ADDRESS], sent[owner.email]
    assert subject(to_client) == "Your Haircut has been moved — Wednesday, 3 March 2027 at 14:00"
    text = body(to_client)
    assert "You have moved it, and the old time was given back." in text
    assert "It was on Wednesday, 3 March 2027, 09:00 (Berlin)." in text
    assert manage_url(moved) in text
    method, event = event_of(to_client)
    assert (method, event["SEQUENCE"], str(event["UID"])) == ("REQUEST", 1, str(booking.uuid))
    assert event["DTSTART"].dt == at(13, day=3)
    assert subject(to_owner) == "Moved: Eva Klein — Haircut on Wednesday, 3 March 2027"
    assert "The client moved it from Wednesday, 3 March 2027, 09:00 (Berlin)." in body(to_owner)
    with pytest.raises(LinkReplaced):
        booking_of_token(token)


def test_a_move_by_staff_names_who_and_spares_who_did_it(booking: Booking, owner: User) -> None:
    move_booking(booking=booking, start=at(13, day=3), actor=member(owner))
    sent = dispatch()
    assert owner.email not in sent
    assert "Salon Mara has moved it." in body(sent[CLIENT_ADDRESS])


def test_the_client_is_not_told_where_staff_chose_so(booking: Booking, owner: User) -> None:
    move_booking(booking=booking, start=at(13, day=3), actor=member(owner), tell_client=False)
    assert CLIENT_ADDRESS not in dispatch()


def test_a_wish_is_told_to_both_and_so_is_its_answer(booking: Booking, owner: User) -> None:
    request_move(booking=booking, start=at(13, day=3), actor=CLIENT)
    sent = dispatch()
    assert "Your appointment stays as it is for now:" in body(sent[CLIENT_ADDRESS])
    assert "14:00 (Berlin) instead. Salon Mara has until" in body(sent[CLIENT_ADDRESS])
    asked = body(sent[owner.email])
    assert "Instead of Wednesday, 3 March 2027 at 09:00 they would like to come on" in asked
    assert f"/admin/bookings/{booking.reference}/decide/" in asked
    approve_move(booking=booking, actor=member(owner))
    assert subject(dispatch()[CLIENT_ADDRESS]).startswith("Your Haircut has been moved")


def test_a_declined_wish_says_why_and_where_it_stays(booking: Booking, owner: User) -> None:
    request_move(booking=booking, start=at(13, day=3), actor=CLIENT)
    dispatch()
    decline_move(booking=booking, reason="We are closed then.", actor=member(owner))
    told = dispatch()[CLIENT_ADDRESS]
    assert subject(told) == "Your Haircut stays on Wednesday, 3 March 2027 at 09:00"
    assert "They write: We are closed then." in body(told)


def test_a_wish_that_nobody_answers(booking: Booking, clock: time_machine.Traveller) -> None:
    request_move(booking=booking, start=at(13, day=3), actor=CLIENT)
    dispatch()
    clock.shift(timedelta(minutes=1440))
    end_expired_holds()
    assert "could not answer in time" in body(dispatch()[CLIENT_ADDRESS])


def test_a_letter_about_a_wish_that_was_answered_meanwhile_is_not_sent(
    booking: Booking, owner: User
) -> None:
    request_move(booking=booking, start=at(13, day=3), actor=CLIENT)
    decline_move(booking=booking, reason="", actor=member(owner))
    sent = dispatch()
    assert owner.email not in sent
    assert subject(sent[CLIENT_ADDRESS]).startswith("Your Haircut stays on")


def test_who_gave_it_before_hears_that_somebody_else_does(
    booking: Booking, owner: User, service: Service
) -> None:
    Resource.objects.filter(pk=booking.provider_id).update(email="anna@example.com")
    other = ProviderFactory.create(business=service.business, email="ben@example.com")
    service.providers.add(other)
    move_booking(
        booking=booking, start=booking.starts_at, provider_id=other.pk, actor=member(owner)
    )
    assert {"anna@example.com", "ben@example.com"} <= set(dispatch())


def test_who_wished_for_a_class_that_is_cancelled_is_told(
    booked: Book, owner: User, service: Service
) -> None:
    Service.objects.filter(pk=service.pk).update(starts="planned", capacity=6)
    first, second = (
        PlannedSessionFactory.create(service=service, starts_at=at(hour, day=3)) for hour in (8, 13)
    )
    booking = booked(at(8, day=3), session_id=first.pk)
    request_move(booking=booking, start=at(13, day=3), session_id=second.pk, actor=CLIENT)
    dispatch()
    cancel_session(session=second, reason="The teacher is ill.", actor=member(owner))
    told = dispatch()[CLIENT_ADDRESS]
    assert subject(told) == "Your Haircut stays on Wednesday, 3 March 2027 at 09:00"
    assert "They write: The teacher is ill." in body(told)
