"""All that the doctor looks at, in the order in which one mends it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from booking.doctor import (
    addresses,
    database,
    folders,
    guard,
    keys,
    mail,
    outbox,
    queue,
    static,
    workers,
    zones,
)
from booking.doctor.findings import Finding, Findings, Level, problem, warning
from config.core.database import brief_connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """`needs` is the check that has to be well before this one can say anything."""

    name: str
    look: Callable[[], Findings]
    needs: str = ""


CHECKS = (
    Check("database", database.look_at_server),
    Check("migrations", database.look_at_migrations, needs="database"),
    Check("writing", database.look_at_writing, needs="migrations"),
    Check("guard", guard.look, needs="migrations"),
    Check("workers", workers.look, needs="migrations"),
    Check("outbox", outbox.look, needs="migrations"),
    Check("queue", queue.look),
    Check("mail", mail.look),
    Check("addresses", addresses.look),
    Check("secrets", keys.look),
    Check("data folder", folders.look_at_data),
    Check("locks", folders.look_at_disk, needs="data folder"),
    Check("space", folders.look_at_space, needs="data folder"),
    Check("static files", static.look),
    Check("time zones", zones.look),
)

Report = list[tuple[str, Finding]]


def examine() -> Report:
    """Every check's findings under its name. What cannot be looked at is a finding, too."""
    report: Report = []
    ill: set[str] = set()
    for check in CHECKS:
        if check.needs in ill:
            found = [warning(f"Not looked at before this is mended: {check.needs}.")]
        else:
            found = _findings(check)
        if check.needs in ill or any(finding.level is Level.PROBLEM for finding in found):
            ill.add(check.name)
        report += [(check.name, finding) for finding in found]
    return report


def _findings(check: Check) -> list[Finding]:
    try:
        with brief_connection():
            return list(check.look())
    except Exception as error:
        # A doctor that falls over the first wound cannot tell of the others.
        logger.debug("the check of %s failed", check.name, exc_info=True)
        said = str(error).strip().partition("\n")[0]
        return [problem(f"Could not be looked at ({type(error).__name__}): {said}")]
