"""Whether the rules of the world's clocks are fresh: countries change them each year.

They come from the package `tzdata` alone (see the settings), whatever the machine has.
"""

import re
from datetime import date
from importlib.metadata import version

from booking.doctor.findings import Findings, ok, warning
from config.core import clock

MAX_AGE_DAYS = 400


def look() -> Findings:
    release = version("tzdata")
    age = (clock.now().date() - _out_by(release)).days
    if age > MAX_AGE_DAYS:
        yield warning(
            f"The time zones are those of {release}, at least {age} days old.",
            "pip install -U tzdata",
        )
    else:
        yield ok(f"The time zones are those of {release}.")


def _out_by(release: str) -> date:
    """A day by which the release was out: it carries its year."""
    year = re.match(r"\d{4}", release)
    return date(int(year[0]), 12, 31) if year else date.min
