"""A worker is killed at each step from the fact to the mail; another one finishes."""

import signal
import time

import pytest

from booking.models import Service
from notifications.models import Message, MessageStatus, OutboxEvent
from tests.fire.conftest import Start, book_times, repeats
from tests.mail_server import Inbox

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
BOOKINGS = 3
MAILS = 2 * BOOKINGS


@pytest.mark.parametrize(
    ("step", "repeated"),
    [
        ("die-before-event", 0),
        ("die-after-plan", 0),
        ("die-after-claim", 0),
        # Nobody can know whether the server had accepted it: told again, under the same name.
        ("die-after-accept", 1),
        ("die-after-mark", 0),
    ],
)
def test_a_worker_killed_at_a_step_loses_nothing(
    service: Service, inbox: Inbox, start: Start, step: str, repeated: int
) -> None:
    book_times(service, BOOKINGS)
    killed = start("tests.fire.worker", fire=f"{step} short-lease")
    assert killed.wait(timeout=30) == -signal.SIGKILL
    start("tests.fire.worker", fire="short-lease")
    inbox.wait_for(MAILS + repeated)
    wait_until_all_is_told()
    assert len(repeats(inbox, bookings=BOOKINGS)) == repeated


def wait_until_all_is_told() -> None:
    deadline = time.monotonic() + 30
    waiting = Message.objects.exclude(status=MessageStatus.SENT)
    while waiting.exists() or OutboxEvent.objects.filter(due_at__isnull=False).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # Time for a repeat that must not come: three sweeps.
    time.sleep(1)
