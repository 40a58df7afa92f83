"""Whether somebody does the work: the worker, and the scheduler that asks for it each minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.doctor.findings import Finding, Findings, ok, problem
from config.core import clock
from notifications import heartbeat

# The schedule asks each minute.
TOO_LONG = timedelta(minutes=4)


@dataclass(frozen=True, slots=True)
class Process:
    name: str
    start: str


PROCESSES = (
    Process(heartbeat.WORKER, "celery -A config worker"),
    Process(heartbeat.SCHEDULER, "celery -A config beat"),
)


def look() -> Findings:
    for process in PROCESSES:
        yield _finding(process, heartbeat.last_seen(process.name))


def gone() -> list[str]:
    """A sentence for each process that once ran and does not any more."""
    return [
        finding.text
        for process in PROCESSES
        if (seen := heartbeat.last_seen(process.name)) and not _is_recent(seen)
        for finding in [_finding(process, seen)]
    ]


def _finding(process: Process, seen: datetime | None) -> Finding:
    fix = f"Start it: {process.start}  (`make run` and the containers do)."
    if seen is None:
        return problem(f"The {process.name} has never been seen.", fix)
    if not _is_recent(seen):
        return problem(f"The {process.name} was last seen {seen:%Y-%m-%d %H:%M} UTC.", fix)
    return ok(f"The {process.name} is at work.")


def _is_recent(seen: datetime) -> bool:
    return clock.now() - seen < TOO_LONG
