"""A real mail server on loopback that keeps what it is sent, or refuses it as told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.servers import free_port


class Inbox:
    """The mails in the order of their coming; `recipients` and `answer` say what is refused."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.recipients: dict[str, str] = {}
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        if self.answer.startswith("250"):
            read: Any = message_from_bytes
            self.mails.append(read(content, policy=default))
        return self.answer

    def wait_for(self, count: int, *, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while len(self.mails) < count:
            assert time.monotonic() < deadline, f"{len(self.mails)} mails of {count} have come"
            time.sleep(0.05)


@contextmanager
def receiving(inbox: Inbox) -> Iterator[int]:
    """The port on which the mail server listens meanwhile."""
    port = free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield port
    finally:
        server.stop()
