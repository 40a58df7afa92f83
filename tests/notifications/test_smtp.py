"""A real mail server on loopback takes what we send, or refuses it."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from notifications.models import Message, MessageStatus
from notifications.tasks import dispatch
from tests.conftest import Book, at
from tests.servers import free_port


class Inbox:
    """Keeps what it is sent, and refuses people at `refused.example`."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.endswith("@refused.example"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        read: Any = message_from_bytes
        self.mails.append(read(content, policy=default))
        return "250 OK"


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    kept = Inbox()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield kept
    server.stop()


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
def test_a_refused_address_is_shown_and_holds_up_nobody(inbox: Inbox, booked: Book) -> None:
    booked(at(8), email="gone@refused.example")
    booked(at(9), email="eva@example.com")
    dispatch()
    assert [mail["To"] for mail in inbox.mails] == ["eva@example.com"]
    refused = Message.objects.get(recipient="gone@refused.example")
    assert refused.status == MessageStatus.QUEUED
    assert "no such mailbox" in refused.error
