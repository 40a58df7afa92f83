"""A real mail server on loopback takes what we send, or refuses it."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from notifications import messages
from notifications.models import Message, MessageStatus
from notifications.tasks import dispatch
from tests.conftest import Book, at
from tests.mail_server import Inbox, receiving
from tests.notifications.letters import queue_letters
from tests.servers import free_port


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    kept = Inbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with receiving(kept) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield kept


@pytest.mark.django_db
def test_a_mail_server_takes_the_confirmation_with_its_invitation(
    inbox: Inbox, booked: Book
) -> None:
    booked(at(8))
    dispatch()
    [mail] = inbox.mails
    assert (mail["To"], mail["From"]) == ("eva@example.com", "Salon Mara <booking@testserver>")
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "text/calendar",
    ]


@pytest.mark.django_db
def test_one_refused_address_of_a_hundred_holds_up_nobody_and_is_not_tried_again(
    inbox: Inbox, booked: Book, clock: time_machine.Traveller
) -> None:
    queue_letters(booked(at(8)), 100)
    inbox.recipients["client50@example.com"] = "550 no such mailbox"
    assert (messages.send_due(), len(inbox.mails)) == (99, 99)
    refused = Message.objects.get(recipient="client50@example.com")
    assert (refused.status, refused.attempts, refused.error) == (
        MessageStatus.FAILED,
        1,
        "The mail server refused it: 550 no such mailbox",
    )
    clock.shift(timedelta(days=2))
    assert messages.send_due() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("code", [450, 530, 552])
def test_an_address_that_is_refused_for_now_is_tried_again(
    inbox: Inbox, booked: Book, clock: time_machine.Traveller, code: int
) -> None:
    queue_letters(booked(at(8)), 1)
    inbox.recipients["client0@example.com"] = f"{code} not now"
    assert messages.send_due() == 0
    [waiting] = Message.objects.all()
    assert (waiting.status, "not now" in waiting.error) == (MessageStatus.QUEUED, True)
    inbox.recipients.clear()
    clock.shift(timedelta(minutes=2))
    assert messages.send_due() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "status"),
    [("554 looks like spam", MessageStatus.FAILED), ("451 busy", MessageStatus.QUEUED)],
)
def test_a_letter_that_is_refused_fails_unless_that_may_pass(
    inbox: Inbox, booked: Book, answer: str, status: str
) -> None:
    queue_letters(booked(at(8)), 1)
    inbox.answer = answer
    assert messages.send_due() == 0
    assert Message.objects.get().status == status


@pytest.mark.django_db
def test_a_mail_server_that_is_away_costs_one_attempt_a_round(
    inbox: Inbox, booked: Book, settings: Any, clock: time_machine.Traveller
) -> None:
    queue_letters(booked(at(8)), 10)
    settings.EMAIL_PORT, port = free_port(), settings.EMAIL_PORT
    for tried in (1, 2, 3):
        assert messages.send_due() == 0
        postponed = Message.objects.filter(attempts__gt=0).values_list("error", flat=True)
        assert list(postponed) == ["The mail server cannot be reached: Connection refused"] * tried
        clock.shift(timedelta(seconds=1))
    settings.EMAIL_PORT = port
    clock.shift(timedelta(minutes=2))
    assert (messages.send_due(), len(inbox.mails)) == (10, 10)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (b"", "The mail server hung up: Connection unexpectedly closed"),
        (b"554 no service\r\n", "The mail server does not let us in: 554 no service"),
    ],
)
def test_a_mail_server_that_takes_nobody_says_so_once_a_round(
    settings: Any, booked: Book, greeting: bytes, words: str
) -> None:
    queue_letters(booked(at(8)), 3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        threading.Thread(target=greet, args=[server, greeting]).start()
        assert messages.send_due() == 0
    assert sorted(Message.objects.values_list("error", flat=True)) == ["", "", words]


def greet(server: socket.socket, greeting: bytes) -> None:
    caller, _ = server.accept()
    with caller:
        caller.sendall(greeting)
