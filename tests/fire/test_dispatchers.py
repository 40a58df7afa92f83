"""Several that send at once: each message is told by one of them."""

import time
from pathlib import Path

import pytest

from booking.models import Service
from notifications.messages import DAILY_LIMIT
from notifications.models import Message, MessageStatus
from tests.fire.conftest import Start, book_times, repeats
from tests.mail_server import Inbox
from tests.notifications.letters import queue_letters

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def test_eight_dispatchers_send_three_hundred_messages_once(
    service: Service, inbox: Inbox, start: Start
) -> None:
    queue_letters(book_times(service, 1)[0], 300)
    assert start("tests.fire.dispatchers", fire="pause").wait(timeout=60) == 0
    assert len({mail["To"] for mail in inbox.mails}) == 300
    assert len(inbox.mails) == 300
    assert Message.objects.filter(status=MessageStatus.SENT, attempts=1).count() == 300


def test_without_the_claim_this_test_finds_messages_sent_twice(
    service: Service, inbox: Inbox, start: Start
) -> None:
    queue_letters(book_times(service, 1)[0], 30)
    assert start("tests.fire.dispatchers", fire="read-then-mark").wait(timeout=60) == 0
    assert len({mail["To"] for mail in inbox.mails}) == 30
    assert len(inbox.mails) > 30


def test_eight_dispatchers_keep_the_limit_of_a_client_together(
    service: Service, inbox: Inbox, start: Start
) -> None:
    queue_letters(book_times(service, 1)[0], 40)
    Message.objects.update(recipient="eva@example.com")
    assert start("tests.fire.dispatchers", fire="pause").wait(timeout=60) == 0
    # Seven that others have claimed may count although they are then refused as well.
    assert DAILY_LIMIT - 7 <= len(inbox.mails) <= DAILY_LIMIT
    assert Message.objects.filter(status=MessageStatus.SENT).count() == len(inbox.mails)
    assert Message.objects.filter(status=MessageStatus.FAILED).count() == 40 - len(inbox.mails)


def test_two_schedulers_with_two_workers_double_nothing(
    service: Service, inbox: Inbox, start: Start, tmp_path: Path
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    book_times(service, 10)
    for folder in folders:
        start("tests.fire.worker", fire="pause", DATA_DIR=str(folder))
    inbox.wait_for(20)
    # Both are at work, and sweep several times more.
    deadline = time.monotonic() + 30
    while not all(any(folder.glob("queue/schedule*")) for folder in folders):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1)
    assert repeats(inbox, bookings=10) == []
