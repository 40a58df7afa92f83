"""Whether everything of `make run` fits a small machine: `python -m benchmarks.embedded`.

Starts web server, worker and scheduler on a data folder of their own, lets eight visitors book 500
times through the pages, and holds what was measured against what is promised. Exit code 1 when a
promise is not kept. The figures stand beside a floor of the same run, since machines differ.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.installation import Installation, installation
from benchmarks.visitors import Tally, Visitor, insert_rows, visit_all

VISITORS = 8
BOOKINGS = 500
# What is promised, in milliseconds and megabytes.
BOOKING_P95 = 300
MEMORY = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=BOOKINGS)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--cpu", type=int, help="let the installation use this CPU only")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="openslot-benchmark-") as folder,
        installation(Path(folder), cpu=options.cpu) as here,
    ):
        return measure(here, Path(folder), options.visitors, options.bookings)


def measure(here: Installation, folder: Path, visitors: int, count: int) -> int:
    starts = here.fill()[:count]
    if len(starts) < count:
        sys.exit(f"There are only {len(starts)} free times.")
    print(f"{visitors} visitors, {count} bookings")
    tally = insert_rows(folder / "floor.sqlite3", visitors, count)
    visit_all(here.port, visitors, Visitor.say_hello, [""] * count, tally)
    visit_all(here.port, visitors, Visitor.look, [""] * (count // 5), tally)
    before = here.memory()
    here.watch_memory()
    seconds = visit_all(here.port, visitors, Visitor.book, starts, tally)
    after = here.memory()

    report(tally)
    print(f"\n{tally.made('booking') / seconds:.1f} bookings a second, the form of each included")
    print(f"memory {before:.0f} MB before, {after:.0f} MB after, {here.peak:.0f} MB at most")
    return judge(tally, here.peak, count)


def report(tally: Tally) -> None:
    print(f"\n{'milliseconds':<28}{'p50':>8}{'p95':>8}{'p99':>8}")
    for label, name in (
        ("one row into SQLite", "insert"),
        ("GET /health/live", "live"),
        ("GET the month", "month"),
        ("GET the form", "form"),
        ("POST the booking", "booking"),
    ):
        values = (tally.percentile(name, share) for share in (50, 95, 99))
        print(f"{label:<28}" + "".join(f"{value:>8.1f}" for value in values))


def judge(tally: Tally, peak: float, count: int) -> int:
    """Print what went wrong and which promises are not kept; 1 if there are any."""
    errors = ", ".join(f"{kind} × {many}" for kind, many in tally.errors.items())
    print(f"errors: {errors or 'none'}")
    slow = tally.percentile("booking", 95)
    missed = [
        promise
        for is_missed, promise in (
            (tally.errors or tally.made("booking") < count, "every booking is made"),
            (slow >= BOOKING_P95, f"p95 of a booking under {BOOKING_P95} ms"),
            (peak >= MEMORY, f"less than {MEMORY} MB of memory"),
        )
        if is_missed
    ]
    print(f"\nMissed: {'; '.join(missed)}" if missed else "\nAll promises are kept.")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
