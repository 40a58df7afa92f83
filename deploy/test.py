"""Everything that a change must pass: `python -m deploy.test`, or `… browser` for one marker.

Each part is one run of pytest. A part whose programs are missing is named at the end; with
`CI=true`, or when it was asked for, that is a failure, and so is a test that was skipped. The
ordinary tests also run with every other Python that is supported and found; where there is none it
is named, and no more.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy import interpreters
from tests import servers

ORDINARY = "not browser and not race and not worker"
POSTGRESQL = {"OPENSLOT_TEST_DATABASE": "postgresql"}
REDIS = {"OPENSLOT_TEST_REDIS": "1"}
NO_TESTS = 5  # pytest's exit code when a marker selects nothing


@dataclass(frozen=True)
class Part:
    name: str
    marker: str
    environment: dict[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()
    # The ordinary tests cover the same lines on either database; once is enough to count them.
    is_covered: bool = True


PARTS = (
    Part("SQLite", ORDINARY),
    Part("SQLite, races", "race"),
    Part("SQLite, worker", "worker"),
    Part("PostgreSQL", ORDINARY, POSTGRESQL, ("initdb",), is_covered=False),
    Part("PostgreSQL, races", "race", POSTGRESQL, ("initdb",)),
    Part("PostgreSQL and Redis, worker", "worker", POSTGRESQL | REDIS, ("initdb", "redis-server")),
    Part("Chromium", "browser", {}, ("chromium",)),
)


@dataclass
class Outcome:
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def main(markers: list[str]) -> int:
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="openslot-results-") as folder:
        for part in PARTS:
            if not markers or part.marker in markers:
                run(part, outcome, Path(folder))
        if not markers:
            run_with_other_pythons(outcome, Path(folder))
        if not markers and not report_coverage(Path(folder)):
            outcome.failed.append("coverage")
    is_strict = bool(markers) or os.environ.get("CI") == "true"
    return conclude(outcome, is_strict=is_strict)


def run(part: Part, outcome: Outcome, folder: Path) -> None:
    missing = [program for program in part.programs if servers.find(program) is None]
    if missing:
        outcome.not_run.append(f"{part.name} ({', '.join(missing)} not found)")
        return
    coverage = ["--cov", "--cov-report=", "--cov-fail-under=0"] if part.is_covered else []
    code = run_pytest(sys.executable, part, outcome, folder, coverage)
    if code == NO_TESTS and part.marker != ORDINARY:
        outcome.not_run.append(f"{part.name} (no test is marked {part.marker!r})")
    elif code:
        outcome.failed.append(part.name)


def run_with_other_pythons(outcome: Outcome, folder: Path) -> None:
    for version in interpreters.other_versions():
        # What is generated at length tells the same on every Python.
        part = Part(f"SQLite, Python {version}", f"{ORDINARY} and not generated")
        found = interpreters.find(version)
        if found is None:
            outcome.absent.append(f"{part.name} (not found)")
            continue
        python = interpreters.prepare(version, found)
        if python is None or run_pytest(str(python), part, outcome, folder):
            outcome.failed.append(part.name)


def run_pytest(
    python: str, part: Part, outcome: Outcome, folder: Path, options: Sequence[str] = ()
) -> int:
    """Run one part and add what it counted; the exit code."""
    print(f"\n=== {part.name} ===", flush=True)
    results = folder / f"{part.name}.xml"
    command = [python, "-m", "pytest", "-q", "-m", part.marker, f"--junitxml={results}", *options]
    # The others have processes of their own that need the second processor.
    if part.marker.startswith((ORDINARY, "browser")):
        command += ["-n", "2"]
    environment = part.environment | {"COVERAGE_FILE": str(folder / f".coverage.{part.name}")}
    started = time.monotonic()
    code = subprocess.run(command, env=os.environ | environment, check=False).returncode
    print(f"{part.name}: {time.monotonic() - started:.0f} s", flush=True)
    outcome.counts += count(results)
    return code


def count(results: Path) -> Counter[str]:
    """Passed, failed and skipped of one run; nothing when it broke before it could say."""
    if not results.exists():
        return Counter()
    suite = ET.parse(results).getroot().find("testsuite")  # noqa: S314 - our own file
    if suite is None:
        return Counter()
    said = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = said["failures"] + said["errors"]
    passed = said["tests"] - failed - said["skipped"]
    return Counter(passed=passed, failed=failed, skipped=said["skipped"])


def report_coverage(folder: Path) -> bool:
    """Print what all parts together have covered. False below the threshold of pyproject.toml."""
    print("\n=== Coverage of all parts together ===", flush=True)
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "combine", "-q", folder], check=False)
    return subprocess.run([*coverage, "report"], check=False).returncode == 0


def conclude(outcome: Outcome, *, is_strict: bool) -> int:
    print()
    if outcome.failed:
        print(f"Failed: {', '.join(outcome.failed)}")
    print(f"Not run: {'; '.join(outcome.not_run + outcome.absent) or 'nothing'}")
    counts = outcome.counts
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}", flush=True)
    left_out = outcome.not_run or counts["skipped"]
    return int(bool(outcome.failed or (is_strict and left_out)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
