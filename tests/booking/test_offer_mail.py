"""Letters about offered times, and the reminder of a request that nobody has answered."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from booking.links import manage_url
from booking.models import ActorKind, Booking, Service, Source
from booking.operations import Actor, accept_offer, approve_booking, offer_times, reject_booking
from notifications.models import Message, MessageStatus
from tests.booking.test_mail import body, dispatch, event_of, subject
from tests.conftest import CLIENT, NOW, Book, at
from tests.factories import ProviderFactory

HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def request_(booked: Book, service: Service) -> Booking:
    service.requires_approval = True
    service.save()
    return booked(at(8, day=4), timezone="Asia/Tokyo")


@pytest.fixture
def by_owner(owner: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)


def test_the_client_is_offered_times_by_a_link_that_decides_nothing(
    request_: Booking, by_owner: Actor, service: Service
) -> None:
    service.providers.add(ProviderFactory.create(business=service.business, name="Ali"))
    dispatch()
    offer_times(
        booking=request_,
        starts=[at(8, day=4), at(9, day=5)],
        message="I am at a course that morning.",
        actor=by_owner,
    )
    sent = dispatch()
    assert set(sent) == {"eva@example.com"}
    letter = sent["eva@example.com"]
    assert subject(letter) == "Salon Mara offers you other times for Haircut"
    text = " ".join(body(letter).split())
    for said in (
        "They write: I am at a course that morning.",
        "Each is kept for you until Tuesday, 2 March 2027, 07:00 (Berlin).",
        "Thursday, 4 March 2027, 09:00 (Berlin), for you Thursday, 4 March 2027, 17:00 (Tokyo),"
        " with Ali",
        "Friday, 5 March 2027, 10:00 (Berlin)",
        manage_url(request_),
    ):
        assert said in text


def test_only_the_latest_offer_is_told(request_: Booking, by_owner: Actor) -> None:
    dispatch()
    for start in (at(10, day=4), at(9, day=5)):
        offer_times(booking=request_, starts=[start], actor=by_owner)
    text = body(dispatch()["eva@example.com"])
    assert ("Friday, 5 March 2027, 10:00" in text, "Thursday, 4 March 2027, 11:00" in text) == (
        True,
        False,
    )
    assert Message.objects.filter(template="client_offered", status="sent").count() == 1


def test_an_offer_that_was_withdrawn_meanwhile_is_not_told(
    request_: Booking, by_owner: Actor
) -> None:
    dispatch()
    offer_times(booking=request_, starts=[at(9, day=5)], actor=by_owner)
    approve_booking(booking=request_, actor=by_owner)
    assert subject(dispatch()["eva@example.com"]).startswith("Your Haircut is confirmed")
    assert Message.objects.get(template="client_offered").status == MessageStatus.CANCELLED


def test_taking_an_offer_is_told_to_both_with_a_raised_sequence(
    request_: Booking, by_owner: Actor, owner: User
) -> None:
    dispatch()
    offer_times(booking=request_, starts=[at(9, day=5)], actor=by_owner)
    dispatch()
    accept_offer(booking=request_, start=at(9, day=5), actor=CLIENT)
    sent = dispatch()
    assert set(sent) == {"eva@example.com", owner.email}
    method, event = event_of(sent["eva@example.com"])
    assert (method, event["SEQUENCE"], event["DTSTART"].dt, str(event["UID"])) == (
        "REQUEST",
        1,
        at(9, day=5),
        str(request_.uuid),
    )
    assert subject(sent[owner.email]) == "Offer taken: Eva Klein — Haircut on Friday, 5 March 2027"
    assert "Friday, 5 March 2027 at 10:00" in body(sent[owner.email])


def test_at_half_time_the_business_is_reminded_once(
    request_: Booking, owner: User, clock: time_machine.Traveller
) -> None:
    dispatch()
    clock.move_to(NOW + HALF_A_DAY - timedelta(seconds=1))
    assert dispatch() == {}
    clock.move_to(NOW + HALF_A_DAY)
    sent = dispatch()
    assert set(sent) == {owner.email}
    assert subject(sent[owner.email]) == (
        "Still waiting: Eva Klein — Haircut on Thursday, 4 March 2027"
    )
    text = " ".join(body(sent[owner.email]).split())
    assert "Please answer by Tuesday, 2 March 2027, 07:00 (Berlin)" in text
    assert f"/admin/bookings/{request_.reference}/decide/" in text
    clock.move_to(NOW + HALF_A_DAY + timedelta(hours=6))
    assert dispatch() == {}


@pytest.mark.parametrize("answer", ["approved", "declined", "offered"])
def test_nobody_is_reminded_of_what_was_answered(
    request_: Booking, by_owner: Actor, clock: time_machine.Traveller, answer: str
) -> None:
    dispatch()
    if answer == "approved":
        approve_booking(booking=request_, actor=by_owner)
    elif answer == "declined":
        reject_booking(booking=request_, reason="", actor=by_owner)
    else:
        offer_times(booking=request_, starts=[at(9, day=5)], actor=by_owner)
    dispatch()
    clock.move_to(NOW + HALF_A_DAY)
    assert dispatch() == {}
    assert Message.objects.get(template="owner_nudge").status == MessageStatus.CANCELLED


@pytest.mark.parametrize(("minutes", "nudges"), [(29, 0), (30, 1)])
def test_where_half_time_is_too_near_nobody_is_reminded(
    booked: Book, service: Service, owner: User, minutes: int, nudges: int
) -> None:
    service.requires_approval = True
    service.save()
    settings = service.business.settings
    settings.pending_expiry_minutes = minutes
    settings.save()
    booked(at(8))
    dispatch()
    assert Message.objects.filter(template="owner_nudge").count() == nudges
