"""Processes of the product, sabotaged, on the test's own database, mail server and data folder."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from booking.models import Booking, Service
from booking.operations import Details, book
from booking.wish import Wish
from notifications.channels.email import message_id
from notifications.models import Message
from tests.conftest import CLIENT
from tests.factories import BusinessFactory, MembershipFactory, ServiceFactory
from tests.mail_server import Inbox, receiving
from tests.races.bookings import free_starts
from tests.races.conftest import database_url

ROOT = Path(__file__).parents[2]
OWNER = "owner@example.com"

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def service(transactional_db: None) -> Service:
    """80 free times in a week. The owner hears of each booking."""
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    MembershipFactory.create(business=business, user__email=OWNER)
    made: Service = ServiceFactory.create(business=business, slug="haircut", duration_minutes=30)
    return made


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def environment(transactional_db: None, inbox: Inbox, tmp_path: Path) -> Iterator[dict[str, str]]:
    with receiving(inbox) as port:
        yield os.environ | {
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "LOG_LEVEL": "WARNING",
        }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Starts `python -m` with a module and its arguments; ends what still runs after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def call(*command: str, fire: str = "", **given: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment | {"FIRE": fire} | given
        )
        started.append(process)
        return process

    yield call
    for process in started:
        process.kill()
        process.wait()


def book_times(service: Service, count: int) -> list[Booking]:
    """As many bookings, of a different client each."""
    return [
        book(
            wish=Wish(service=service),
            start=start,
            details=Details(name=f"Client {number}", email=f"client{number}@example.com"),
            actor=CLIENT,
        )
        for number, start in enumerate(free_starts(service)[:count])
    ]


def repeats(inbox: Inbox, *, bookings: int) -> list[str]:
    """The Message-IDs that came more than once; each message of each booking must have come."""
    ids = Counter(str(mail["Message-ID"]) for mail in inbox.mails)
    assert sorted(ids) == sorted(map(message_id, Message.objects.all()))
    read = {str(mail["Message-ID"]): str(mail["To"]) for mail in inbox.mails}
    clients = {f"client{number}@example.com": 1 for number in range(bookings)}
    assert Counter(read.values()) == Counter(clients | {OWNER: bookings})
    return [name for name, times in ids.items() for _ in range(times - 1)]
