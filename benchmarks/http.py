"""What the pages and the API answer a second, beside a floor of the same run.

`python -m benchmarks.http` starts PostgreSQL, Redis and gunicorn with two workers, all private;
`--sqlite` starts what `make run` does. The floor is a view behind the same middleware that looks up
one row by an index and answers with a constant body of the same size. Both take turns of a second
or so on the same connections. Exit code 1 when a promise is not kept.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median

from benchmarks.load import Client, Request, Turn, percentile
from benchmarks.production import Site, make_site
from benchmarks.salons import CONTESTED, PROVIDERS, TOO_MANY
from tests.servers import start_postgresql, start_redis

CONNECTIONS = 8
ROUNDS, SECONDS = 9, 1.5
API = "/api/v1/businesses/{}/availability/?service=visit&start={}&end={}"
FORM = "/book/fifty/visit/confirm/"
# How many bookings are made to count their statements.
COUNTED = 2
# What is promised of a booking, beside its share of the floor.
BOOKING_P95, BOOKING_STATEMENTS = 80, 20
REFUSED_BY_GUARD = "the guard refused"


@dataclass
class Subject:
    """What is measured; `bar` is the least share of the floor, in percent, if there is one."""

    name: str
    requests: list[Request]
    bar: int
    status: int = 200
    statements: int = 0
    # Of the answer, without its head.
    size: int = 0
    is_there: bool = False
    floors: list[Turn] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def is_booking(self) -> bool:
        return bool(self.requests[0].form)

    @property
    def share(self) -> float:
        """Of the floor, in percent: the middle of the rounds."""
        pairs = zip(self.turns, self.floors, strict=True)
        return median(100 * turn.rate / floor.rate for turn, floor in pairs)

    def percentile(self, share: int) -> float:
        return percentile([each for turn in self.turns for each in turn.took], share)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each turn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="openslot-benchmark-") as folder:
        site = make_site(
            Path(folder) / "site",
            database_url="" if options.sqlite else start_postgresql(),
            redis_url="" if options.sqlite else start_redis(),
        )
        filled = site.run("benchmarks.salons")
        subjects = make_subjects(date.fromisoformat(filled["first"]), filled["forms"])
        count_statements(site, subjects)
        with site.serving():
            measure(site.port, subjects, options.rounds, options.seconds)
            contested = contest(site.port, filled["contested"])
        report(subjects)
        missed = wrong_sales(site, subjects, contested)
    missed += [] if options.sqlite else too_slow(subjects)
    print(f"\nMissed: {'; '.join(missed)}" if missed else "\nAll promises are kept.")
    return int(bool(missed))


def make_subjects(first: date, forms: list[str]) -> list[Subject]:
    def days(slug: str, count: int) -> list[Request]:
        return [Request(API.format(slug, first, first + timedelta(days=count - 1)))]

    def month(slug: str) -> list[Request]:
        return [month_shown(slug, first)]

    return [
        Subject("availability, 1 day", days("one", 1), bar=60),
        Subject("availability, 7 days", days("one", 7), bar=45),
        Subject("availability, 30 days", days("one", 30), bar=25),
        Subject("availability, 30 days, 20 providers", days("twenty", 30), bar=5),
        Subject("month", month("one"), bar=15),
        Subject("month, 20 providers", month("twenty"), bar=0),
        Subject("booking, 50 providers", [Request(FORM, form) for form in forms], 6, status=303),
    ]


def month_shown(slug: str, first: date) -> Request:
    """The calendar of the month that most of the 30 days lie in, as a click on it asks."""
    middle = first + timedelta(days=15)
    return Request(f"/book/{slug}/visit/?month={middle:%Y-%m}", is_htmx=True)


def count_statements(site: Site, subjects: list[Subject]) -> None:
    """Of the second of two answers; the forms of two bookings are used up by it."""
    asked = [
        {"name": each.name, **asdict(request)}
        for each in subjects
        for request in (each.requests * 2)[:2]
    ]
    counts = site.run("benchmarks.statements", given=asked)
    for subject in subjects:
        subject.statements = counts[subject.name]
        if subject.is_booking:
            del subject.requests[:COUNTED]


def measure(port: int, subjects: list[Subject], rounds: int, seconds: float) -> None:
    sources = {each.name: source(port, each) for each in subjects}
    with Client(port, CONNECTIONS) as client:
        for subject in subjects:
            status, body = client.ask(next(sources[subject.name]))
            subject.size, subject.is_there = len(body), status == subject.status
            subject.statuses[status] += 1
    there = [each for each in subjects if each.is_there]
    # Every worker has everything in its caches before anything counts.
    for number in range(1 + rounds):
        for subject in there:
            take_turns(port, subject, sources[subject.name], seconds, is_kept=number > 0)


def source(port: int, subject: Subject) -> Iterator[bytes]:
    requests = [request.to_bytes(port) for request in subject.requests]
    return iter(requests) if subject.is_booking else cycle(requests)


def take_turns(
    port: int, subject: Subject, requests: Iterator[bytes], seconds: float, *, is_kept: bool
) -> None:
    """The floor and the subject, one after the other on the same connections."""
    floor_request = Request(f"/floor/one/{subject.size}/").to_bytes(port)
    with Client(port, CONNECTIONS) as client:
        floor = client.turn(cycle([floor_request]), seconds)
        turn = client.turn(requests, seconds)
    subject.statuses += turn.statuses
    if is_kept:
        subject.floors.append(floor)
        subject.turns.append(turn)


def contest(port: int, forms: list[str]) -> Counter[int]:
    """More people than there are providers want each of a few starts, all at once."""
    with Client(port, CONNECTIONS) as client:
        return client.turn(Request(FORM, form).to_bytes(port) for form in forms).statuses


def report(subjects: list[Subject]) -> None:
    print("| | floor/s | answers/s | share | wanted | p50, ms | p95, ms | statements |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for each in subjects:
        wanted = f"{each.bar} %" if each.bar else ""
        if not each.is_there:
            print(f"| {each.name} | not there yet: {told(each)} | | | {wanted} | | | |")
            continue
        floor, rate = (median(turn.rate for turn in turns) for turns in (each.floors, each.turns))
        print(
            f"| {each.name} | {floor:.0f} | {rate:.0f} | {each.share:.1f} % | {wanted}"
            f" | {each.percentile(50):.1f} | {each.percentile(95):.1f} | {each.statements} |"
        )
    of_floors = [turn.client_share for each in subjects for turn in each.floors]
    of_turns = [turn.client_share for each in subjects for turn in each.turns]
    print(
        f"\nThe client took {median(of_floors):.0%} of one CPU for the floor and"
        f" {median(of_turns):.0%} for the rest."
    )


def told(subject: Subject) -> str:
    return ", ".join(f"{status} × {count}" for status, count in subject.statuses.items())


def wrong_sales(site: Site, subjects: list[Subject], contested: Counter[int]) -> list[str]:
    """What was answered or sold as it should not be."""
    [booking] = [each for each in subjects if each.is_booking]
    sold = site.run("benchmarks.sold")
    answered = COUNTED + booking.statuses[303] + contested[303]
    places = CONTESTED * PROVIDERS["fifty"]
    print(
        f"{sold['bookings']} bookings. Of {places} places that {places + CONTESTED * TOO_MANY}"
        f" people wanted at once {contested[303]} were sold."
    )
    odd = [f"{each.name}: {told(each)}" for each in subjects if set(each.statuses) != {each.status}]
    wrong = {
        "a time sold twice": sold["sold_twice"],
        "more places sold than there are": contested[303] > places,
        "an error instead of a refusal": set(contested) - {303, 409},
        "a booking without its time": sold["with_their_time"] != sold["bookings"],
        "bookings that were answered and not kept": sold["bookings"] != answered,
        "the database had to refuse a booking": REFUSED_BY_GUARD in site.log.read_text(),
    }
    return odd + [name for name, is_so in wrong.items() if is_so]


def too_slow(subjects: list[Subject]) -> list[str]:
    there = [each for each in subjects if each.is_there]
    missed = [f"{each.name}: {each.bar} % of the floor" for each in there if each.share < each.bar]
    missed += [
        f"{kind}: as many statements for more days or providers"
        for kind in ("availability", "month")
        if len({each.statements for each in there if each.name.startswith(kind)}) > 1
    ]
    for booking in (each for each in there if each.is_booking):
        if booking.statements > BOOKING_STATEMENTS:
            missed.append(f"{BOOKING_STATEMENTS} statements a booking")
        if booking.percentile(95) >= BOOKING_P95:
            missed.append(f"p95 of a booking under {BOOKING_P95} ms")
    return missed


if __name__ == "__main__":
    sys.exit(main())
