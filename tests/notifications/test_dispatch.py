"""Several dispatchers and a broker that is away, over real connections."""

import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from booking.models import Booking
from config import celery_app
from notifications import messages, tasks
from notifications.models import Message, MessageStatus, OutboxEvent
from notifications.tasks import dispatch
from tests.conftest import Book, at
from tests.notifications.letters import queue_letters

MESSAGES = 60
DISPATCHERS = 4


@pytest.mark.django_db(transaction=True)
def test_four_dispatchers_send_each_message_once(booked: Book) -> None:
    queue_letters(booked(at(8)), MESSAGES)
    barrier = threading.Barrier(DISPATCHERS)
    sent: list[int] = []

    def run() -> None:
        barrier.wait()
        sent.append(messages.send_due())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(DISPATCHERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recipients = Counter(one.to[0] for one in mail.outbox)
    assert (sum(sent), len(recipients), max(recipients.values())) == (MESSAGES, MESSAGES, 1)


@pytest.mark.django_db(transaction=True)
def test_without_a_queue_the_booking_stands_and_the_sweep_tells_it(
    booked: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_away_until", 0.0)
    nobody = partial(
        celery_app.connection_for_write, "redis://127.0.0.1:1", transport_options={"max_retries": 0}
    )
    monkeypatch.setattr(celery_app, "connection_or_acquire", nobody)
    started = time.monotonic()
    booked(at(8))
    booked(at(9))
    assert time.monotonic() - started < 2
    assert tasks._away_until > started
    assert (Booking.objects.count(), OutboxEvent.objects.count(), len(mail.outbox)) == (2, 2, 0)
    dispatch()
    assert [one.to[0] for one in mail.outbox] == ["eva@example.com"] * 2


@pytest.mark.django_db
def test_a_dry_run_only_counts(booked: Book, capsys: pytest.CaptureFixture[str]) -> None:
    booked(at(8))
    call_command("dispatch_messages", dry_run=True)
    assert capsys.readouterr().out == "1 events to handle, 0 messages due\n"
    assert not Message.objects.exists()
    call_command("dispatch_messages")
    assert capsys.readouterr().out == "1 events handled, 1 messages sent\n"
    assert Message.objects.get().status == MessageStatus.SENT


@pytest.mark.django_db
def test_mails_become_files_that_a_mail_program_opens(
    settings: Any, tmp_path: Path, booked: Book
) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.email_files.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    booked(at(8))
    dispatch()
    [file] = (tmp_path / "mail").glob("*.eml")
    assert b"To: eva@example.com" in file.read_bytes()
