"""Whether the past costs anything: `python -m benchmarks.growth`, with `--sqlite` on SQLite.

The same month is asked for, and the same times are booked, beside 0, 10 thousand, 1 million and 10
million bookings of the past (on SQLite beside 0 and 100 thousand), each number in a database with a
web server of its own. All take turns, one request at a time, with the floor of `benchmarks.http`.
Exit code 1 when the slowest has a p50 of more than 1.25 times the quickest, or when the database
does not read by an index beside the most bookings. The live queries alone are shown as well.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from benchmarks.http import FORM, month_shown
from benchmarks.load import Client, Request
from benchmarks.production import Site, make_site
from tests.servers import start_postgresql, start_redis

SIZES = {"postgresql": [0, 10_000, 1_000_000, 10_000_000], "sqlite": [0, 100_000]}
ROUNDS, SECONDS = 9, 1.0
# What is promised: the largest p50, in terms of the smallest.
BAR = 1.25
FLOOR, MONTH, BOOKING = "GET the floor", "GET the month", "POST the booking"


@dataclass
class Stage:
    """One number of bookings: milliseconds by what was asked, and the plans of the live queries."""

    size: int
    site: Site
    first: date
    forms: Iterator[bytes]
    took: dict[str, list[float]] = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, took: list[float]) -> None:
        self.took.setdefault(name, []).extend(took)

    def p50(self, name: str) -> float:
        return median(self.took[name])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument(
        "--sizes", type=int, nargs="+", help="numbers of bookings, the largest last"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each turn")
    options = parser.parse_args()
    sizes = options.sizes or SIZES["sqlite" if options.sqlite else "postgresql"]
    with tempfile.TemporaryDirectory(prefix="openslot-benchmark-") as folder, ExitStack() as stack:
        server = "" if options.sqlite else start_postgresql()
        redis_url = "" if options.sqlite else start_redis()
        stages = [make_stage(Path(folder), server, redis_url, size) for size in sizes]
        for stage in stages:
            stack.enter_context(stage.site.serving())
        # The first round fills every cache, and does not count.
        for number in range(1 + options.rounds):
            for stage in stages:
                take_turns(stage, options.seconds)
                if number == 0:
                    stage.took.clear()
    report(stages)
    return judge(stages)


def make_stage(folder: Path, server: str, redis_url: str, size: int) -> Stage:
    url = ""
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE past_{size}")
        url = server.removesuffix("postgres") + f"past_{size}"
    site = make_site(folder / str(size), database_url=url, redis_url=redis_url)
    filled = site.run("benchmarks.salons")
    seconds = site.run("benchmarks.history", str(size))
    print(f"{size:,} bookings were written in {seconds} seconds", flush=True)
    forms = (Request(FORM, form).to_bytes(site.port) for form in filled["forms"])
    return Stage(size, site, date.fromisoformat(filled["first"]), forms)


def take_turns(stage: Stage, seconds: float) -> None:
    with Client(stage.site.port, 1) as client:
        request = month_shown("one", stage.first).to_bytes(stage.site.port)
        _, body = client.ask(request)
        floor = Request(f"/floor/one/{len(body)}/").to_bytes(stage.site.port)
        for name, requests, status in (
            (FLOOR, cycle([floor]), 200),
            (MONTH, cycle([request]), 200),
            (BOOKING, stage.forms, 303),
        ):
            turn = client.turn(requests, seconds)
            if set(turn.statuses) != {status}:
                sys.exit(f"{name} beside {stage.size:,} bookings: {dict(turn.statuses)}")
            stage.add(name, turn.took)
    told: dict[str, dict[str, Any]] = stage.site.run("benchmarks.live")
    for name, live in told.items():
        stage.add(name, [live["milliseconds"]])
        stage.plans[name] = live["plan"]


def report(stages: list[Stage]) -> None:
    print("\n| p50, ms | " + " | ".join(f"{stage.size:,}" for stage in stages) + " | ratio |")
    print("|---|" + "--:|" * (len(stages) + 1))
    for name in stages[0].took:
        values = " | ".join(f"{stage.p50(name):.2f}" for stage in stages)
        print(f"| {name} | {values} | {ratio(stages, name):.2f} |")
    for name, lines in stages[-1].plans.items():
        print(f"\n{name}, beside {stages[-1].size:,} bookings:")
        print("\n".join(f"    {line}" for line in lines))


def ratio(stages: list[Stage], name: str) -> float:
    values = [stage.p50(name) for stage in stages]
    return max(values) / min(values)


def judge(stages: list[Stage]) -> int:
    missed = [
        f"{name}: {ratio(stages, name):.2f} times"
        for name in (MONTH, BOOKING)
        if ratio(stages, name) > BAR
    ]
    for name, lines in stages[-1].plans.items():
        if "claim" in name and not any("booking_claim_ends" in line for line in lines):
            missed.append(f"{name}: not read by its index")
    print(f"\nMissed: {'; '.join(missed)}" if missed else "\nAll promises are kept.")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
