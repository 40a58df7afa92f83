"""The launcher, started for real on a free port with a data folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers import free_port

ROOT = Path(__file__).parents[2]
SECONDS = 30

Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    port = free_port()
    given = os.environ | {
        "PORT": str(port),
        "BASE_URL": f"http://localhost:{port}",
        "DATA_DIR": str(tmp_path / "data"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "LOG_LEVEL": "WARNING",
    }
    del given["SECRET_KEY"]
    if "DATABASE_URL" in given:
        given["DATABASE_URL"] = empty_database(given["DATABASE_URL"], f"launched_{port}")
    return given


def empty_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{server.rpartition('/')[0]}/{name}"


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    started = []

    def call() -> subprocess.Popen[str]:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "config.embedded"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(launcher)
        return launcher

    yield call
    for launcher in started:
        launcher.kill()
        launcher.communicate()


def ready(environment: dict[str, str]) -> dict[str, object]:
    """What /health/ready says once it says anything."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            url = f"http://127.0.0.1:{environment['PORT']}/health/ready"
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:
                told: dict[str, object] = json.load(answer)
                return told
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family(pid: int) -> list[int]:
    """All processes below one."""
    return [one for child in children(pid) for one in (child, *family(child))]


def worker_of(launcher: subprocess.Popen[str]) -> int:
    """Of the launcher's two children the one without a child; the web server has one."""
    [pid] = [child for child in children(launcher.pid) if not children(child)]
    return pid


def is_running(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def assert_all_end(pids: list[int]) -> None:
    deadline = time.monotonic() + SECONDS
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_for_mail(folder: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not any(folder.glob("*.eml")):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.worker
def test_launcher_serves_and_mails_until_told_to_stop(
    start: Start, environment: dict[str, str], tmp_path: Path
) -> None:
    launcher = start()
    assert ready(environment) == {"status": "ok", "problems": []}
    assert tmp_path.joinpath("data/secret-key").stat().st_mode & 0o777 == 0o600
    wait_for_mail(tmp_path / "data/mail")
    processes = family(launcher.pid)
    assert len(processes) == 3

    launcher.send_signal(signal.SIGTERM)
    told, problems = launcher.communicate(timeout=SECONDS)
    assert (launcher.returncode, problems) == (0, "")
    assert f"{environment['BASE_URL']}/book/salon-mara" in told
    assert_all_end(processes)


@pytest.mark.worker
def test_launcher_started_again_keeps_key_and_data(
    start: Start, environment: dict[str, str], tmp_path: Path
) -> None:
    told = []
    keys = []
    for _ in range(2):
        launcher = start()
        ready(environment)
        launcher.send_signal(signal.SIGINT)
        told.append(launcher.communicate(timeout=SECONDS)[0].partition("Stopping")[0])
        keys.append(tmp_path.joinpath("data/secret-key").read_text())
    assert told[0] == told[1]
    assert keys[0] == keys[1]


@pytest.mark.worker
def test_launcher_stops_when_its_worker_is_killed(
    start: Start, environment: dict[str, str]
) -> None:
    launcher = start()
    ready(environment)
    processes = family(launcher.pid)
    os.kill(worker_of(launcher), signal.SIGKILL)
    problems = launcher.communicate(timeout=SECONDS)[1]
    assert (launcher.returncode, problems) == (1, "The worker has ended (exit code -9).\n")
    assert_all_end(processes)


@pytest.mark.worker
def test_killed_launcher_leaves_nobody_behind(start: Start, environment: dict[str, str]) -> None:
    launcher = start()
    ready(environment)
    processes = family(launcher.pid)
    launcher.kill()
    assert_all_end(processes)


def test_taken_port_is_told_before_anything_is_touched(
    start: Start, environment: dict[str, str], tmp_path: Path
) -> None:
    port = int(environment["PORT"])
    with socket.create_server(("127.0.0.1", port)):
        told, problems = start().communicate(timeout=SECONDS)
    assert problems == (
        f"Port {port} is taken, perhaps by Openslot itself."
        f" To use another one: make run PORT={port + 1}\n"
    )
    assert told == ""
    assert list(tmp_path.iterdir()) == []
