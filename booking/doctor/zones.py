"""Whether the rules of the world's clocks are here and fresh: countries change them each year."""

import re
import zoneinfo
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from booking.doctor.findings import Findings, ok, problem, warning
from config.core import clock

MAX_AGE_DAYS = 400
FIX = (
    "Update the system's package tzdata; or use the Python package's instead: "
    "pip install -U tzdata, and start Openslot with PYTHONTZPATH= (empty) in the environment."
)


def look() -> Findings:
    if "Europe/Berlin" not in zoneinfo.available_timezones():
        yield problem("There are no time zones on this machine.", "pip install tzdata")
        return
    release, latest = _release()
    if latest is None:
        yield warning(f"The age of the time zones ({release}) is not known.", FIX)
        return
    age = (clock.now().date() - latest).days
    if age > MAX_AGE_DAYS:
        yield warning(f"The time zones are those of {release}, at least {age} days old.", FIX)
    else:
        yield ok(f"The time zones are those of {release}.")


def _release() -> tuple[str, date | None]:
    """The name of the release in use, and a day by which it was out; None if nobody knows."""
    for folder in map(Path, zoneinfo.TZPATH):
        if folder.joinpath("Europe", "Berlin").exists():
            return _of_system(folder)
    try:
        name = version("tzdata")
    except PackageNotFoundError:
        return "an unknown release", None
    return name, _end_of_year(name)


def _of_system(folder: Path) -> tuple[str, date | None]:
    for name in ("tzdata.zi", "+VERSION"):
        file = folder / name
        if file.exists():
            with file.open() as lines:
                release = lines.readline().removeprefix("# version ").strip()
            # No release is younger than its file, nor than the year in its name.
            written = datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
            return release, min(filter(None, (written, _end_of_year(release))))
    return f"{folder}, unnamed", None


def _end_of_year(release: str) -> date | None:
    year = re.match(r"\d{4}", release)
    return date(int(year[0]), 12, 31) if year else None
