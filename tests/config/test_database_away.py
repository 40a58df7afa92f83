"""A PostgreSQL of our own is taken away from a running web server, and given back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import PostgreSQL, free_port

ROOT = Path(__file__).parents[2]
# What a monitor is promised.
SOON = 3.0


class Site:
    """The web server on a PostgreSQL of its own, which can be taken away."""

    def __init__(self, database: PostgreSQL) -> None:
        self.database = database
        self.url = f"http://127.0.0.1:{free_port()}"
        self.environment = os.environ | {"DATABASE_URL": database.url}

    def ask(self, path: str) -> tuple[int, float]:
        """The status, and the seconds that it took."""
        began = time.monotonic()
        status = httpx.get(self.url + path, timeout=30).status_code
        return status, time.monotonic() - began

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                if self.ask("/health/ready")[0] == 200:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def assert_only_alive(self) -> None:
        for path in ("/health/ready", "/health", "/health/ready"):
            status, seconds = self.ask(path)
            assert (status, seconds < SOON) == (503, True), (path, seconds)
        status, seconds = self.ask("/health/live")
        assert (status, seconds < 0.5) == (200, True)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    database = PostgreSQL()
    database.start()
    site = Site(database)
    migrate = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, cwd=ROOT, env=site.environment, check=True)
    serve = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--threads", "4"]
    serve += ["--bind", site.url.removeprefix("http://"), "--log-level", "warning"]
    server = subprocess.Popen(serve, cwd=ROOT, env=site.environment)
    site.wait_until_ready()
    yield site
    server.terminate()
    server.wait(timeout=20)
    database.stop()


def test_a_database_that_has_stopped_is_told_soon_and_comes_back(site: Site) -> None:
    site.database.stop()
    try:
        site.assert_only_alive()
    finally:
        site.database.start()
    site.wait_until_ready()


def test_a_database_that_takes_calls_and_says_nothing_is_told_soon(site: Site) -> None:
    pid = site.database.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        site.assert_only_alive()
        # The control: what asks on an ordinary connection waits for much longer.
        assert site.ask("/book/")[1] > SOON
    finally:
        os.kill(pid, signal.SIGCONT)
    site.wait_until_ready()
