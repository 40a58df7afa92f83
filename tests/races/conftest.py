"""Gunicorn with several processes on the test's own database, and many clients at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection

from booking import locking
from booking.models import Booking
from tests.races.threads import PAUSE
from tests.servers import free_port

PROCESSES = 3
THREADS = 8


@dataclass(frozen=True, slots=True)
class Server:
    url: str


StartServer = Callable[..., Server]


@pytest.fixture
def start_server(transactional_db: None) -> Iterator[StartServer]:
    """Starts the application, sabotaged as `race` says, on the database of this test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(race: str = "pause", **given: str) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "tests.races.server:application"]
        command += ["--bind", f"127.0.0.1:{port}", "--workers", str(PROCESSES)]
        command += ["--threads", str(THREADS), "--log-level", "warning", "--backlog", "512"]
        environment = os.environ | {"DATABASE_URL": database_url(), "RACE": race} | given
        started.append(subprocess.Popen(command, env=environment))
        server = Server(f"http://127.0.0.1:{port}")
        _wait_for(server.url + "/health/live", started[-1])
        return server

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def at_once(calls: Sequence[Callable[[], httpx.Response]]) -> Counter[int]:
    """Makes all calls at the same moment, each on a connection of its own; counts the statuses."""
    barrier = threading.Barrier(len(calls))
    statuses: list[int] = []

    def run(call: Callable[[], httpx.Response]) -> None:
        barrier.wait()
        statuses.append(call().status_code)

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == len(calls), "a call got no answer at all"
    return Counter(statuses)


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return str(urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}")))


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has found that a booking may be changed waits before writing it."""
    save = Booking.save

    def slowly(booking: Booking, *args: Any, **kwargs: Any) -> None:
        time.sleep(PAUSE)
        save(booking, *args, **kwargs)

    monkeypatch.setattr(Booking, "save", slowly)


@pytest.fixture
def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def no_transaction() -> Iterator[None]:
        yield

    monkeypatch.setattr(locking, "_transaction", no_transaction)
    monkeypatch.setattr(connection.features.__class__, "has_select_for_update", False)
    monkeypatch.setattr(locking, "_lock_first_free", lambda provider_ids: provider_ids[0])
