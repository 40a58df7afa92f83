"""Visitors who book through the real pages, each on one connection that stays open."""

import re
import secrets
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

PAGE = "/book/busy/haircut/"
TOKEN = re.compile(rb'name="form_token" value="([^"]+)"')
TERMS = re.compile(rb'name="terms" value="([^"]+)"')


@dataclass
class Tally:
    """How long each thing took, in milliseconds, and what went wrong, by kind."""

    took: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, started: float) -> None:
        self.took.setdefault(name, []).append((time.perf_counter() - started) * 1000)

    def made(self, name: str) -> int:
        return len(self.took.get(name, ()))

    def percentile(self, name: str, share: float) -> float:
        """The value that `share` in a hundred do not exceed."""
        values = sorted(self.took.get(name, [0]))
        return values[max(0, -(-len(values) * round(share) // 100) - 1)]


class Visitor:
    def __init__(self, port: int, tally: Tally) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.tally = tally

    def ask(self, name: str, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        """One request and its whole answer; a lost connection counts as status 0."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        started = time.perf_counter()
        try:
            self.connection.request(method, path, body or None, headers)
            response = self.connection.getresponse()
            text = response.read()
        except (HTTPException, OSError) as error:
            self.connection.close()
            self.tally.errors[type(error).__name__] += 1
            return 0, b""
        self.tally.add(name, started)
        return response.status, text

    def say_hello(self, _: str) -> None:
        self.expect(200, *self.ask("live", "GET", "/health/live"))

    def look(self, _: str) -> None:
        self.expect(200, *self.ask("month", "GET", PAGE))

    def book(self, start: str) -> None:
        """From the form of one start to the booking."""
        status, form = self.ask("form", "GET", f"{PAGE}confirm/?start={quote(start)}")
        token, terms = TOKEN.search(form), TERMS.search(form)
        if not (self.expect(200, status, form) and token and terms):
            return
        given = {
            "form_token": token[1].decode(),
            "terms": terms[1].decode(),
            "tz": "Europe/Berlin",
            "start": start,
            "name": "Vera Visitor",
            "email": f"{secrets.token_hex(8)}@example.com",
        }
        self.expect(303, *self.ask("booking", "POST", f"{PAGE}confirm/", urlencode(given)))

    def expect(self, wanted: int, status: int, text: bytes) -> bool:
        if status not in {wanted, 0}:
            kind = "locked" if b"locked" in text else f"status {status}"
            self.tally.errors[kind] += 1
        return status == wanted


Visit = Callable[[Visitor, str], None]


def visit_all(port: int, visitors: int, visit: Visit, each: Sequence[str], tally: Tally) -> float:
    """Let the visitors share `each` and visit at once. Returns the seconds it took."""

    def work(number: int) -> None:
        visitor = Visitor(port, tally)
        with closing(visitor.connection):
            for item in each[number::visitors]:
                visit(visitor, item)

    started = time.perf_counter()
    in_threads(visitors, work)
    return time.perf_counter() - started


def insert_rows(path: Path, threads: int, count: int) -> Tally:
    """The floor under a booking: one row in one transaction, with the settings of ours."""
    tally, turn = Tally(), threading.Lock()
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, at INTEGER, what TEXT)")
        connection.execute("CREATE INDEX row_at ON row (at, what)")

    def work(thread: int) -> None:
        with closing(connect(path)) as connection:
            for number in range(thread, count, threads):
                started = time.perf_counter()
                with turn:
                    connection.execute("BEGIN IMMEDIATE")
                    row = (number * 7919 % count, f"what {number}")
                    connection.execute("INSERT INTO row (at, what) VALUES (?, ?)", row)
                    connection.execute("COMMIT")
                tally.add("insert", started)

    in_threads(threads, work)
    return tally


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
    return connection


def in_threads(count: int, work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, range(count)))
