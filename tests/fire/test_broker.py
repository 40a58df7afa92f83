"""The queue is away, or nobody works on it, while fifty bookings are made over HTTP."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from booking.models import Service
from config import celery_app
from notifications import tasks
from tests import servers
from tests.fire.conftest import Start, repeats
from tests.mail_server import Inbox
from tests.races.bookings import bookings_of, free_starts
from tests.races.conftest import Server, StartServer, start_server

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
BOOKINGS = 50
MAILS = 2 * BOOKINGS
__all__ = ["start_server"]


class Redis:
    """A server that can be taken away and comes back, empty, at the same address."""

    def __init__(self) -> None:
        self.port = servers.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = servers.launch_redis(self.port)

    def signal(self, number: int) -> None:
        if self.process:
            self.process.send_signal(number)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def redis() -> Iterator[Redis]:
    if servers.find("redis-server") is None:
        pytest.skip("redis-server is not installed")
    server = Redis()
    server.start()
    yield server
    server.stop()


def book_all(web: Server, service: Service, *, first: int, last: int) -> list[float]:
    """Book over HTTP, four at a time. Returns how long each answer took, in seconds."""
    calls = [
        bookings_of(web, start, first=number)[0]
        for number, start in zip(range(first, last), free_starts(service), strict=False)
    ]

    def call_and_wait(call: Callable[[], httpx.Response]) -> float:
        asked = time.monotonic()
        assert call().status_code == 303
        return time.monotonic() - asked

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(call_and_wait, calls))


def test_fifty_bookings_without_redis_are_quick_and_all_told_when_it_is_back(
    service: Service,
    inbox: Inbox,
    redis: Redis,
    start: Start,
    start_server: StartServer,
    tmp_path: Path,
) -> None:
    web = start_server("", REDIS_URL=redis.url)
    celery = ("celery", "-A", "tests.fire.app")
    start(*celery, "worker", "--pool", "solo", "-l", "CRITICAL", REDIS_URL=redis.url)
    schedule = str(tmp_path / "schedule")
    start(*celery, "beat", "-l", "CRITICAL", "--schedule", schedule, REDIS_URL=redis.url)
    book_all(web, service, first=0, last=5)
    inbox.wait_for(10)

    redis.stop()
    waited = book_all(web, service, first=5, last=BOOKINGS)
    # kombu's own retries would let each of them wait for six seconds.
    assert max(waited) < 6
    assert sum(waited) / len(waited) < 2

    redis.start()
    inbox.wait_for(MAILS, seconds=60)
    time.sleep(1)
    assert repeats(inbox, bookings=BOOKINGS) == []


def test_a_redis_that_was_away_or_frozen_is_nudged_again(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": 1, "max_retries": 0}
    connections = celery_app.connection_for_write(redis.url, transport_options=given).Pool(1)
    monkeypatch.setattr(celery_app, "connection_or_acquire", connections.acquire)

    def is_away() -> bool:
        monkeypatch.setattr(tasks, "_away_until", 0.0)
        tasks.nudge()
        return tasks._away_until > 0

    assert not is_away()
    redis.stop()
    assert is_away()
    redis.start()
    assert not is_away()
    redis.signal(signal.SIGSTOP)
    assert is_away()
    redis.signal(signal.SIGCONT)
    assert not is_away()
    with connections.acquire() as connection:
        queue = connection.default_channel.queue_declare(tasks.NUDGES)
    assert queue.message_count == 1


def test_fifty_bookings_without_a_worker_are_few_nudges_and_all_told_when_it_runs(
    service: Service, inbox: Inbox, start: Start, start_server: StartServer, tmp_path: Path
) -> None:
    web = start_server("", REDIS_URL="", DATA_DIR=str(tmp_path))
    book_all(web, service, first=0, last=BOOKINGS)
    # One, or a few when two look at the same moment.
    assert 1 <= len(list(tmp_path.glob("queue/messages/*"))) <= 4

    start("tests.fire.worker", REDIS_URL="")
    inbox.wait_for(MAILS)
    time.sleep(1)
    assert repeats(inbox, bookings=BOOKINGS) == []
