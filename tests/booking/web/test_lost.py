import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from limits import parse

from booking import client_links
from booking.links import manage_token
from booking.models import Booking, LinkRequest, Service
from booking.models import Client as BusinessClient
from booking.operations import ask_for_links, cancel_booking, send_asked_links
from booking.web import form_token
from config.core import throttle
from notifications import outbox
from notifications.models import Message, MessageStatus
from tests.booking.clients import (
    EVA,
    links_in,
    mails_of_lost_links,
    rows_of_everything,
    visit,
)
from tests.booking.test_mail import body, dispatch, subject
from tests.booking.web.test_pages import text_of
from tests.conftest import CLIENT, NOW, Book, at
from tests.factories import ServiceFactory

LOST = "/booking/lost/"


def ask(client: Client, email: str = EVA, **given: Any) -> Any:
    return client.post(LOST, {"form_token": form_token.issue("lost"), "email": email}, **given)


def test_the_mail_has_every_coming_booking_and_the_client_page(
    client: Client, booked: Book
) -> None:
    visit(booked)
    later = booked(at(9, day=3), timezone="Asia/Tokyo")
    sooner = booked(at(8))
    cancelled = booked(at(11))
    cancel_booking(booking=cancelled, reason="", actor=CLIENT)
    dispatch()
    assert ask(client).status_code == 303
    sent = mails_of_lost_links()
    assert set(sent) == {EVA}
    assert subject(sent[EVA]) == "Your bookings with Salon Mara"
    text = body(sent[EVA])
    assert "Haircut — Tuesday, 2 March 2027, 09:00 (Berlin):" in text
    assert ("Haircut — Wednesday, 3 March 2027, 10:00 (Berlin) · 18:00 for you (Tokyo):") in text
    assert "opens for 24 hours" in " ".join(text.split())
    page, *own, again = links_in(sent[EVA])
    assert own == [f"/booking/{manage_token(booking)}/" for booking in (sooner, later)]
    assert [client.get(path).status_code for path in (page, *own, again)] == [200] * 4


def test_who_has_only_been_there_gets_the_client_page(client: Client, booked: Book) -> None:
    visit(booked)
    ask(client)
    sent = mails_of_lost_links()[EVA]
    assert "Nothing is booked at the moment" in body(sent)
    assert links_in(sent)[1:] == ["/booking/lost/?business=salon-mara"]


def test_every_business_writes_its_own_mail(client: Client, booked: Book, service: Service) -> None:
    other = ServiceFactory.create(
        business__name="Rival", business__slug="rival", business__email="rival@salon.example"
    )
    booked(at(8))
    booked(at(9), service=other)
    dispatch()
    ask(client, EVA.upper())
    send_asked_links()
    dispatch()
    assert sorted(
        (sent.subject, str(sent.from_email).partition(" <")[0]) for sent in mail.outbox
    ) == [
        ("Your bookings with Rival", "Rival"),
        ("Your bookings with Salon Mara", "Salon Mara"),
    ]
    for sent in mail.outbox:
        assert len(re.findall("/booking/[0-9a-f]{32}", str(sent.body))) == 1


def test_strangers_learn_nothing(client: Client, booked: Book, service: Service) -> None:
    """The same words, headers and statements for an address that is known and for one that is not,
    however often it is asked.
    """
    booked(at(8))
    seen = []
    for email in (EVA, "nobody@example.com", EVA, "nobody@example.com"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = ask(client, email)
            page = client.get(answer.headers["Location"])
        statements = [query["sql"].replace(email, "…") for query in captured.captured_queries]
        words = [re.sub(r"'\d{4}-\d\d-\d\d[^']*'", "then", sql) for sql in statements]
        seen.append((answer.status_code, dict(answer.headers), page.content, words))
    assert seen[1:] == [seen[0]] * 3
    assert "If this address has bookings with us, a mail is on its way." in text_of(page)
    assert EVA not in page.content.decode()


def test_an_unknown_address_leaves_nothing_behind(client: Client, booked: Book) -> None:
    booked(at(8))
    dispatch()
    before = rows_of_everything()
    ask(client, "nobody@example.com")
    assert LinkRequest.objects.count() == 1
    assert send_asked_links() == 0
    assert rows_of_everything() == before


def test_asking_twice_before_it_is_answered_is_one_mail(booked: Book) -> None:
    booked(at(8))
    for _ in range(3):
        ask_for_links(email=EVA)
    assert (send_asked_links(), send_asked_links()) == (1, 0)


def test_nobody_fills_a_mailbox_by_asking(booked: Book, clock: Any) -> None:
    """Five a day, so that a booking's own mails, twenty a day, still arrive."""
    booked(at(8))
    for _ in range(8):
        ask_for_links(email=EVA)
        mails_of_lost_links()
    asked = Message.objects.filter(template="client_links")
    assert asked.count() == 5
    clock.move_to(NOW + timedelta(days=1, minutes=1))
    ask_for_links(email=EVA)
    assert set(mails_of_lost_links()) == {EVA}


def test_what_is_kept_of_the_mail_opens_nothing(booked: Book) -> None:
    booking = booked(at(8))
    ask_for_links(email=EVA)
    mails_of_lost_links()
    kept = Message.objects.get(template="client_links")
    assert "Your bookings with Salon Mara" in kept.subject
    for text in (kept.text, kept.html):
        assert re.findall(r"[0-9a-f]{32}\.", text) == []
        assert manage_token(booking) not in text


def test_whoever_has_the_former_address_gets_nothing(booked: Book) -> None:
    """Staff change it while the mail waits for a mail server that is away."""
    booked(at(8))
    dispatch()
    ask_for_links(email=EVA)
    send_asked_links()
    outbox.handle_events()
    BusinessClient.objects.update(email="new@example.com")
    assert dispatch() == {}
    assert Message.objects.get(template="client_links").status == MessageStatus.CANCELLED
    ask_for_links(email="new@example.com")
    assert set(mails_of_lost_links()) == {"new@example.com"}


def test_links_are_not_sent_when_only_a_phone_is_left(booked: Book) -> None:
    booked(at(8))
    ask_for_links(email=EVA)
    send_asked_links()
    BusinessClient.objects.update(email="", phone="+4930901820")
    dispatch()
    assert not Message.objects.filter(template="client_links").exists()


@pytest.mark.parametrize("email", ["", "no address", "a\x00@example.com", "x" * 250 + "@b.example"])
def test_what_is_no_address_is_said_at_the_field(client: Client, db: None, email: str) -> None:
    assert ask(client, email).status_code == 400
    assert LinkRequest.objects.count() == 0


def test_a_form_of_another_page_or_site_is_refused(client: Client, service: Service) -> None:
    foreign = ask(client, headers={"Origin": "https://evil.example"})
    tokens = [form_token.issue(service.business_id), "", f"{form_token.issue('lost')}x"]
    answers = [client.post(LOST, {"form_token": token, "email": EVA}) for token in tokens]
    assert [foreign.status_code, *(answer.status_code for answer in answers)] == [
        *(403, 400, 400, 400)
    ]
    assert LinkRequest.objects.count() == 0


def test_too_many_questions_of_one_address_are_refused_alike(
    client: Client, booked: Book, settings: Any
) -> None:
    booked(at(8))
    settings.RATE_LIMITS = {"links": parse("2/hour")}
    throttle._limiter.cache_clear()
    try:
        answers = [
            ask(client, email) for email in (EVA, "nobody@example.com", EVA, "nobody@x.example")
        ]
    finally:
        throttle._limiter.cache_clear()
    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert int(answers[2].headers["Retry-After"]) > 3000


def test_looking_changes_nothing(client: Client, booked: Book) -> None:
    booked(at(8))
    before = rows_of_everything()
    for address in (
        LOST,
        f"{LOST}?sent=yes",
        f"{LOST}?business=salon-mara",
        f"{LOST}?business=%00",
    ):
        client.get(address)
        client.head(address)
        client.options(address)
    assert rows_of_everything() == before


def test_pages_lead_to_it(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    way = 'href="/booking/lost/?business=salon-mara"'
    assert way in client.get("/book/salon-mara/").content.decode()
    own = f"/booking/{manage_token(booking)}/"
    Booking.objects.update(link_version=2)
    replaced = client.get(own).content.decode()
    assert "Send me my links" in replaced
    assert way in replaced
    assert 'href="/booking/lost/"' in client.get(f"{own[:-9]}/").content.decode()
    assert "Salon Mara" in text_of(client.get(f"{LOST}?business=salon-mara"))


def test_a_link_of_the_page_ends_when_it_says(client: Client, booked: Book, clock: Any) -> None:
    person = booked(at(8)).client
    address = f"/client/{client_links.token_of(person, client_links.PAGE)}/"
    clock.move_to(NOW + timedelta(hours=24, seconds=-1))
    assert client.get(address).status_code == 200
    clock.move_to(NOW + timedelta(hours=24))
    over = client.get(address)
    assert (over.status_code, "This link has expired" in text_of(over)) == (410, True)
    assert 'href="/booking/lost/?business=salon-mara"' in over.content.decode()
    assert "Eva" not in text_of(over)
