"""Connections that a proxy opens are spread over the web workers."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from benchmarks.installation import ROOT
from tests.servers import free_port

CONNECTIONS, ROUNDS = 8, 15


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Says which worker answers."""
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Two workers as production has them, with another application."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py"]
    command += ["--bind", f"127.0.0.1:{port}", "tests.tooling.test_web_workers:application"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, stderr=log)
    try:
        wait_for_both(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=40)


def wait_for_both(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if len(spread(port)) == 2:
                return
        except ConnectionError:
            time.sleep(0.1)
    raise TimeoutError("two workers never answered")


def spread(port: int) -> Counter[bytes]:
    """How many of the connections each worker has, all open at once."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=10)))
            for _ in range(CONNECTIONS)
        ]
        for each in opened:
            each.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return Counter(map(answer_on, opened))


def answer_on(opened: socket.socket) -> bytes:
    received = b""
    while not received.partition(b"\r\n\r\n")[2]:
        part = opened.recv(1000)
        if not part:
            raise ConnectionError("closed without an answer")
        received += part
    return received.partition(b"\r\n\r\n")[2]


def test_connections_are_spread_over_the_workers(port: int) -> None:
    # Gunicorn's own worker has six to seven of the eight here, on two processors without a load.
    most = [max(spread(port).values()) for _ in range(ROUNDS)]
    assert median(most) <= 5, most
