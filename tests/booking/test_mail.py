"""From the booking to the mail that arrives, read back as a mail program would."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from accounts.models import Business, User
from booking.links import LinkExpired, LinkReplaced, booking_of_token, manage_token, manage_url
from booking.models import ActorKind, Booking, Service, Source
from booking.operations import (
    Actor,
    approve_booking,
    cancel_booking,
    expire_booking,
    expire_pending,
    reject_booking,
)
from notifications import messages, outbox
from notifications.models import Message, OutboxEvent
from tests.conftest import CLIENT, NOW, Book, at
from tests.factories import QuestionFactory


def dispatch() -> dict[str, EmailMessage]:
    """Everything that is due, sent: the newest mail by recipient."""
    mail.outbox.clear()
    outbox.handle_events()
    messages.send_due()
    read: Any = message_from_bytes
    return {sent.to[0]: read(sent.message().as_bytes(), policy=default) for sent in mail.outbox}


def body(sent: EmailMessage, kind: str = "plain") -> str:
    part = sent.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def subject(sent: EmailMessage) -> str:
    # A long encoded word begins on a line of its own; mail programs drop the space before it.
    return str(sent["Subject"]).strip()


def event_of(sent: EmailMessage) -> Any:
    [part] = [part for part in sent.iter_attachments() if part.get_filename() == "invite.ics"]
    calendar = Calendar.from_ical(part.get_content())
    [event] = calendar.walk("VEVENT")
    return calendar["METHOD"], event


def test_a_booking_is_told_to_the_client_and_to_the_business(
    booked: Book, owner: User, service: Service
) -> None:
    QuestionFactory.create(service=service, key="topic", label="What is it about?")
    answers = [{"key": "topic", "label": "What is it about?", "value": "A wedding"}]
    booking = booked(
        at(8), phone="+4930901820", notes="I bring a dog.", answers=answers, timezone="Asia/Tokyo"
    )
    sent = dispatch()
    assert set(sent) == {"eva@example.com", owner.email}

    to_client = sent["eva@example.com"]
    assert subject(to_client) == ("Your Haircut is confirmed — Tuesday, 2 March 2027 at 09:00")
    for kind in ("plain", "html"):
        text = body(to_client, kind)
        assert "Tuesday, 2 March 2027, 09:00 (Berlin)" in text
        assert "Tuesday, 2 March 2027, 17:00 (Tokyo)" in text
        assert "A wedding" in text
        assert "+49 30 901820" in text
        assert manage_url(booking) in text
        assert "calendar.google.com" in text
        assert "outlook.office.com" in text

    to_owner = sent[owner.email]
    assert subject(to_owner) == "New booking: Eva Klein — Haircut on Tuesday, 2 March 2027"
    assert to_owner["Reply-To"] == "eva@example.com"
    text = body(to_owner)
    for said in ("eva@example.com", "+4930901820", "A wedding", "I bring a dog."):
        assert said in text
    assert f"/admin/bookings/{booking.reference}/decide/" in text


def test_the_invitation_keeps_its_uid_and_raises_its_sequence(booked: Book, owner: User) -> None:
    booking = booked(at(8))
    method, event = event_of(dispatch()["eva@example.com"])
    assert (method, event["SEQUENCE"], event["STATUS"]) == ("REQUEST", 0, "CONFIRMED")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (at(8), at(9))
    assert str(event["ATTENDEE"]) == "mailto:eva@example.com"
    assert str(event["ORGANIZER"]) == "mailto:hello@salon.example"

    cancel_booking(booking=booking, reason="", actor=CLIENT)
    cancelled_method, cancelled = event_of(dispatch()["eva@example.com"])
    assert (cancelled_method, cancelled["SEQUENCE"], cancelled["STATUS"]) == (
        "CANCEL",
        1,
        "CANCELLED",
    )
    assert cancelled["UID"] == event["UID"] == str(booking.uuid)


def test_calendars_find_the_invitation_as_an_alternative_part(booked: Book) -> None:
    booked(at(8))
    sent = dispatch()["eva@example.com"]
    [part] = [
        part
        for part in sent.walk()
        if part.get_content_type() == "text/calendar" and not part.get_filename()
    ]
    assert part.get_param("method") == "REQUEST"


def test_a_request_that_nobody_answers_is_told_kindly_with_other_times(
    booked: Book, owner: User, service: Service, clock: time_machine.Traveller
) -> None:
    service.requires_approval = True
    service.save()
    booking = booked(at(8, day=3))
    asked = " ".join(body(dispatch()["eva@example.com"]).split())
    assert "has until Tuesday, 2 March 2027, 07:00 (Berlin) to answer it" in asked
    clock.move_to(NOW + timedelta(days=1))
    expire_booking(booking=booking)
    sent = dispatch()
    to_client, to_owner = sent["eva@example.com"], sent[owner.email]
    assert subject(to_client) == (
        "Your request for Haircut on Wednesday, 3 March 2027 was not answered in time"
    )
    text = body(to_client)
    assert "There is nothing to cancel." in text
    order = ("You asked for:", "Haircut\n", "Find another time:", "Or take one of these", "09:00 (")
    assert sorted(order, key=text.rindex) == list(order)
    for hour in ("09:00", "10:00"):
        assert f"Wednesday, 3 March 2027, {hour} (Berlin)" in text
    assert "confirm/?start=2027-03-03T08%3A00%3A00Z&tz=Europe%2FBerlin" in text
    assert subject(to_owner) == ("Request expired: Eva Klein — Haircut on Wednesday, 3 March 2027")
    assert "The client was told by mail" in " ".join(body(to_owner).split())


def test_while_nothing_can_be_booked_an_expired_request_offers_nothing(
    booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    service.requires_approval = True
    service.save()
    booking = booked(at(8, day=3))
    service.business.settings.is_active = False
    service.business.settings.save()
    clock.move_to(NOW + timedelta(days=1))
    expire_booking(booking=booking)
    text = body(dispatch()["eva@example.com"])
    assert "was not answered in time" in text
    assert "confirm/?start=" not in text


def test_after_an_outage_nobody_is_asked_for_an_answer_that_comes_too_late(
    booked: Book, service: Service, owner: User, clock: time_machine.Traveller
) -> None:
    service.requires_approval = True
    service.save()
    booked(at(8, day=3))
    clock.move_to(NOW + timedelta(days=1))
    assert dispatch() == {}
    expire_pending()
    assert set(dispatch()) == {"eva@example.com", owner.email}


def test_the_business_is_told_whom_to_call_when_there_is_no_address(
    booked: Book, owner: User, service: Service
) -> None:
    service.requires_approval = True
    service.save()
    booked(at(8), email="", phone="+4930901820")
    text = " ".join(body(dispatch()[owner.email]).split())
    assert "The client gave no e-mail: please call +4930901820 then." in text


def test_a_request_and_its_approval(booked: Book, owner: User, service: Service) -> None:
    service.requires_approval = True
    service.save()
    booking = booked(at(8))
    sent = dispatch()
    assert subject(sent["eva@example.com"]).startswith("Your request for Haircut")
    assert subject(sent[owner.email]) == (
        "New request: Eva Klein — Haircut on Tuesday, 2 March 2027"
    )
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    approve_booking(booking=booking, actor=by_owner)
    sent = dispatch()
    assert set(sent) == {"eva@example.com"}
    assert subject(sent["eva@example.com"]).startswith("Your Haircut is confirmed")


def test_a_rejection_carries_the_reason(booked: Book, owner: User, service: Service) -> None:
    service.requires_approval = True
    service.save()
    booking = booked(at(8))
    dispatch()
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    reject_booking(booking=booking, reason="We are closed then.", actor=by_owner)
    sent = dispatch()["eva@example.com"]
    assert subject(sent) == (
        "Your request for Haircut on Tuesday, 2 March 2027 could not be accepted"
    )
    assert "We are closed then." in body(sent)
    assert "/book/salon-mara/haircut/" in body(sent)


def test_a_cancellation_by_the_client_is_told_to_both(booked: Book, owner: User) -> None:
    booking = booked(at(8))
    dispatch()
    cancel_booking(booking=booking, reason="I am ill.", actor=CLIENT)
    sent = dispatch()
    assert subject(sent["eva@example.com"]) == (
        "Your Haircut on Tuesday, 2 March 2027 has been cancelled"
    )
    assert subject(sent[owner.email]) == ("Cancelled: Eva Klein — Haircut on Tuesday, 2 March 2027")
    assert "I am ill." in body(sent[owner.email])


def test_the_owners_name_is_in_the_footer(booked: Book, business: Business) -> None:
    business.settings.owner_name = "Mara Lindner"
    business.settings.save()
    booked(at(8))
    assert "Mara Lindner" in body(dispatch()["eva@example.com"])


def test_alerts_go_where_the_settings_say(
    booked: Book, business: Business, owner: User, service: Service
) -> None:
    business.settings.notify_emails = ["desk@example.com"]
    business.settings.save()
    service.providers.update(email="ali@example.com")
    booked(at(8))
    assert set(dispatch()) == {"eva@example.com", "desk@example.com", "ali@example.com"}


def test_alerts_can_be_switched_off(booked: Book, business: Business, owner: User) -> None:
    business.settings.notifications_enabled = False
    business.settings.save()
    booked(at(8))
    assert set(dispatch()) == {"eva@example.com"}


def test_a_client_with_a_phone_only_gets_no_mail(booked: Book, owner: User) -> None:
    booked(at(8), email="", phone="+4930901820")
    assert set(dispatch()) == {owner.email}


def test_a_booking_cancelled_before_its_mail_went_is_only_told_as_cancelled(
    booked: Book,
) -> None:
    cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    assert subject(dispatch()["eva@example.com"]).startswith("Your Haircut on")
    assert list(Message.objects.filter(audience="client").values_list("template", "status")) == [
        ("client_cancelled", "sent"),
        ("client_confirmed", "cancelled"),
    ]


@pytest.mark.parametrize(
    "name", ["<b>Eva</b>", "Eva “the” O'Neil, Jr.; x", "\u0639\u0644\u064a", "Eva \U0001f600"]
)
def test_whatever_a_name_holds_the_mail_and_the_invitation_stay_whole(
    booked: Book, owner: User, name: str
) -> None:
    booked(at(8), name=name)
    sent = dispatch()
    assert name in body(sent["eva@example.com"])
    assert "<b>Eva" not in body(sent["eva@example.com"], "html")
    _, event = event_of(sent["eva@example.com"])
    assert event["ATTENDEE"].params["CN"] == name.replace('"', "'")
    assert name in subject(sent[owner.email])


def test_a_link_opens_its_booking_until_it_is_altered_outdated_or_old(
    booked: Book, clock: Any
) -> None:
    booking = booked(at(8))
    token = manage_token(booking)
    assert booking_of_token(token) == booking
    assert booking_of_token(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert booking_of_token("nonsense") is None
    clock.move_to(at(8).replace(month=4))
    with pytest.raises(LinkExpired):
        booking_of_token(token)
    clock.move_to(at(8))
    Booking.objects.update(link_version=2)
    with pytest.raises(LinkReplaced):
        booking_of_token(token)


def test_events_of_one_booking_are_told_in_order_whatever_fails_between(
    booked: Book, owner: User, service: Service, clock: time_machine.Traveller
) -> None:
    service.requires_approval = True
    service.save()
    booking = booked(at(8))
    # The first attempt at the request has died; its approval comes meanwhile.
    OutboxEvent.objects.update(due_at=NOW + outbox.LEASE)
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    approve_booking(booking=booking, actor=by_owner)
    assert dispatch() == {}
    clock.shift(outbox.LEASE + timedelta(seconds=1))
    sent = dispatch()
    assert subject(sent["eva@example.com"]).startswith("Your Haircut is confirmed")


def test_the_provider_hears_of_what_others_did(booked: Book, owner: User, service: Service) -> None:
    service.requires_approval = True
    service.save()
    service.providers.update(email="ali@example.com")
    booking = booked(at(8))
    dispatch()
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    approve_booking(booking=booking, actor=by_owner)
    assert set(dispatch()) == {"eva@example.com", "ali@example.com"}
    cancel_booking(booking=booking, reason="", actor=by_owner)
    sent = dispatch()
    assert set(sent) == {"eva@example.com", "ali@example.com"}
    assert subject(sent["ali@example.com"]).startswith("Cancelled: Eva Klein")


def test_the_longest_address_is_told_too(booked: Book, owner: User) -> None:
    address = f"{'e' * 60}@{'x' * 60}.{'y' * 60}.{'z' * 60}.example"
    assert len(address) > 240
    booked(at(8), email=address)
    assert set(dispatch()) == {address, owner.email}


def test_a_business_without_an_address_answers_by_its_owners(
    booked: Book, business: Business, owner: User
) -> None:
    Business.objects.filter(pk=business.pk).update(phone="", email="")
    booked(at(8))
    to_client = dispatch()["eva@example.com"]
    assert to_client["Reply-To"] == owner.email
    assert owner.email in body(to_client)
    assert owner.name in body(to_client)


def test_a_withdrawn_request_sends_no_calendar_what_it_never_had(
    booked: Book, service: Service
) -> None:
    service.requires_approval = True
    service.save()
    booking = booked(at(8))
    dispatch()
    cancel_booking(booking=booking, reason="", actor=CLIENT)
    sent = dispatch()["eva@example.com"]
    assert "Your request was withdrawn" in body(sent)
    assert list(sent.iter_attachments()) == []


def test_past_the_deadline_the_mail_promises_no_cancelling(
    booked: Book, business: Business
) -> None:
    business.settings.cancellation_notice_minutes = 60 * 24 * 7
    business.settings.save()
    booked(at(8))
    assert "can no longer be cancelled online" in body(dispatch()["eva@example.com"])


def test_the_mail_shows_the_logo_with_the_name_in_its_place(
    booked: Book, business: Business
) -> None:
    Business.objects.filter(pk=business.pk).update(
        logo="logos/abc.png", logo_width=300, logo_height=150
    )
    booked(at(8))
    html = body(dispatch()["eva@example.com"], "html")
    assert 'src="http://testserver/media/salon-mara/abc.png"' in html
    assert 'alt="Salon Mara"' in html


def test_mails_say_for_how_many_and_that_a_request_keeps_no_time(
    booked: Book, owner: User, service: Service
) -> None:
    Service.objects.update(capacity=4, requires_approval=True, pending_blocks=False)
    service.refresh_from_db()
    booked(at(8), spots=3, service=service)
    sent = dispatch()
    bodies = [body(sent[email]) for email in ("eva@example.com", owner.email)]
    to_client, to_owner = (" ".join(text.split()) for text in bodies)
    assert "3 people" in to_client
    assert "Until then others can ask for the same time; you will get a mail" in to_client
    assert "it takes no time yet, and after it the request ends by itself" in to_owner


def test_the_nearest_times_lead_to_forms_for_as_long_and_as_many(
    booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    Service.objects.update(capacity=4, requires_approval=True, other_durations_minutes=[90])
    service.refresh_from_db()
    booked(at(8, day=3), spots=3, duration_minutes=90, service=service)
    clock.move_to(NOW + timedelta(days=1))
    expire_pending()
    assert "duration=90&spots=3" in body(dispatch()["eva@example.com"])
