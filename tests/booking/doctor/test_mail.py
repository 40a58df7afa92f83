"""A real mail server on loopback, one that wants a login, and none at all."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from booking.doctor import Finding, Level, mail
from tests.servers import free_port


class Inbox:
    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.recipients += envelope.rcpt_tos
        return "250 OK"


def authenticate(server: SMTP, session: Session, *given: Any) -> AuthResult:
    login = given[-1]
    is_right = (login.login, login.password) == (b"anna", b"secret")
    return AuthResult(success=is_right, handled=False)


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    kept = Inbox()
    server = Controller(
        kept,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_require_tls=False,
    )
    server.start()
    settings.EMAIL_BACKEND = mail.SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.DEFAULT_FROM_EMAIL = "booking@salon.example"
    yield kept
    server.stop()


def texts(level: Level) -> list[str]:
    return [finding.text for finding in mail.look() if finding.level is level]


def test_a_server_that_takes_the_login_is_well(inbox: Inbox, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "anna", "secret"
    assert list(mail.look()) == [
        Finding(Level.OK, f"The mail server 127.0.0.1:{settings.EMAIL_PORT} takes our login.")
    ]
    assert inbox.recipients == []


def test_a_wrong_password_is_told_in_the_servers_words(inbox: Inbox, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "anna", "wrong"
    [said] = texts(Level.PROBLEM)
    assert said.endswith("does not let us in: 5.7.8 Authentication credentials invalid")
    assert "wrong" not in said


def test_a_server_that_is_away_is_a_problem(settings: Any) -> None:
    settings.EMAIL_BACKEND = mail.SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    [said] = texts(Level.PROBLEM)
    assert "Connection refused" in said


def test_a_sender_that_nobody_can_answer_is_a_problem(inbox: Inbox, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "booking@localhost"
    assert texts(Level.PROBLEM) == ["Mails come from booking@localhost, which nobody can answer."]


@pytest.mark.parametrize(
    ("base_url", "level"),
    [("http://localhost:8000", Level.WARNING), ("https://book.example.com", Level.PROBLEM)],
)
def test_mails_that_are_only_files_are_enough_for_a_first_look(
    settings: Any, tmp_path: Any, base_url: str, level: Level
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = mail.FILES, str(tmp_path)
    settings.BASE_URL = base_url
    assert texts(level) == [f"Mails are only files in {tmp_path}; nobody gets them."]
    assert mail.send_to("me@example.com").level is Level.WARNING
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_a_mail_to_oneself_is_really_sent(inbox: Inbox) -> None:
    assert mail.send_to("me@example.com").level is Level.OK
    assert inbox.recipients == ["me@example.com"]


@pytest.mark.parametrize("address", ["nobody at all", "a@b\r\nBcc: c@d"])
def test_an_address_that_is_none_is_a_problem(inbox: Inbox, address: str) -> None:
    assert mail.send_to(address).level is Level.PROBLEM
    assert inbox.recipients == []
