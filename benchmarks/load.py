"""Requests over a few connections that stay open, from one thread and with little work for each.

The client takes CPU from the server that it measures, so every turn says how much it took.
"""

import math
import re
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: close", re.IGNORECASE)
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    # A request with a form is a POST.
    form: str = ""
    is_htmx: bool = False

    def to_bytes(self, port: int) -> bytes:
        lines = [
            f"{'POST' if self.form else 'GET'} {self.path} HTTP/1.1",
            f"Host: localhost:{port}",
            *(["HX-Request: true"] if self.is_htmx else []),
            *(["Content-Type: application/x-www-form-urlencoded"] if self.form else []),
            *([f"Content-Length: {len(self.form.encode())}"] if self.form else []),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + self.form).encode()


@dataclass(slots=True)
class Turn:
    """What came back in one turn: milliseconds of each answer, and the CPU that the client took."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0
    client_seconds: float = 0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    @property
    def client_share(self) -> float:
        """How much of one CPU the client had for itself."""
        return self.client_seconds / self.seconds

    def add(self, status: int, began: float) -> None:
        self.took.append((time.perf_counter() - began) * 1000)
        self.statuses[status] += 1


def percentile(values: Sequence[float], share: int) -> float:
    """The value that `share` in a hundred do not exceed."""
    return sorted(values)[max(0, -(-len(values) * share // 100) - 1)]


class _Line:
    """One connection, opened anew whenever the server closes it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = self._open()
        self.request = self.answer = b""
        self.began = 0.0

    def send(self, request: bytes) -> None:
        self.request, self.answer, self.began = request, b"", time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body, once all of it is here."""
        part = self.socket.recv(1 << 18)
        if not part:
            self._ask_again()
            return None
        self.answer += part
        head, end, body = self.answer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not end or len(body) < int(length[1] if length else 0):
            return None
        if CLOSES.search(head):
            self.close()
            self.socket = self._open()
        return int(head[9:12]), body

    def fileno(self) -> int:
        return self.socket.fileno()

    def close(self) -> None:
        self.socket.close()

    def _ask_again(self) -> None:
        """The server closed the connection while the request was on its way, as it may."""
        if self.answer:
            raise ConnectionError("the server went away in the middle of an answer")
        self.close()
        self.socket = self._open()
        self.socket.sendall(self.request)

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_SECONDS)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened


class Client:
    """So many connections, each with one request on its way at a time."""

    def __init__(self, port: int, connections: int) -> None:
        self._lines = [_Line(port) for _ in range(connections)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for line in self._lines:
            line.close()

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of one answer."""
        line, answer = self._lines[0], None
        line.send(request)
        while answer is None:
            answer = line.receive()
        return answer

    def turn(self, requests: Iterator[bytes], seconds: float = math.inf) -> Turn:
        """Send until the time or the requests are used up, and wait for what is on its way."""
        turn, began, client_began = Turn(), time.perf_counter(), time.process_time()
        busy = []
        for line, request in zip(self._lines, requests, strict=False):
            line.send(request)
            busy.append(line)
        while busy:
            for line in select.select(busy, [], [], TIMEOUT_SECONDS)[0]:
                if (answer := line.receive()) is None:
                    continue
                turn.add(answer[0], line.began)
                is_over = time.perf_counter() - began >= seconds
                if is_over or (following := next(requests, None)) is None:
                    busy.remove(line)
                else:
                    line.send(following)
        turn.seconds = time.perf_counter() - began
        turn.client_seconds = time.process_time() - client_began
        return turn
