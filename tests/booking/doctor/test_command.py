"""The command as people and monitors run it, on sound and on broken installations."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from booking import guard
from booking.doctor.registry import CHECKS
from notifications import heartbeat
from tests.servers import free_port

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.django_db(transaction=True)


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what `--json` says of each check."""
    code = 0
    try:
        call_command("doctor", "--json", *arguments)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, report


def levels(report: dict[str, Any]) -> dict[str, str]:
    """The last level of each check."""
    return {finding["about"]: finding["level"] for finding in report["findings"]}


@pytest.fixture
def at_work() -> None:
    heartbeat.beat("worker")
    heartbeat.beat("scheduler")


def test_an_installation_at_work_has_no_problem(
    at_work: None, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = findings(capsys)
    assert code == 0
    assert set(levels(report)) == {check.name for check in CHECKS} - (
        {"locks"} if connection.vendor == "postgresql" else set()
    )
    assert "problem" not in levels(report).values()


def test_a_worker_that_was_never_seen_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = findings(capsys)
    assert (code, report["status"], levels(report)["workers"]) == (1, "problem", "problem")
    assert [found["text"] for found in report["findings"] if found["about"] == "workers"] == [
        "The worker has never been seen.",
        "The scheduler has never been seen.",
    ]


def test_a_missing_guard_is_found_by_name_and_by_trying(
    at_work: None, capsys: pytest.CaptureFixture[str]
) -> None:
    guard.remove(connection)
    try:
        code, report = findings(capsys)
    finally:
        guard.install(connection)
    assert code == 1
    assert [found["text"] for found in report["findings"] if found["about"] == "guard"] == [
        "The guard against double booking is missing, or an old one.",
        "The database takes two claims of the same time.",
    ]


def test_the_report_for_people_says_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("doctor", "--no-color")
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("problem  workers       The worker has never been seen.")
    assert lines[at + 1].strip().startswith("→ Start it: celery -A config worker")
    assert lines[-1].startswith("ok: ")


def run_doctor(**environment: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "manage.py", "doctor", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("url", ["postgres://nobody@127.0.0.1:{port}/gone", "sqlite:////proc/x/y"])
def test_without_a_database_the_rest_is_looked_at(url: str) -> None:
    code, report = run_doctor(DATABASE_URL=url.format(port=free_port()))
    told = levels(report)
    assert (code, told["database"], told["guard"]) == (1, "problem", "warning")
    assert (told["queue"], told["data folder"], told["space"]) == ("ok", "ok", "ok")


def test_an_empty_database_is_told_to_migrate(tmp_path: Path) -> None:
    code, report = run_doctor(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    [migrations] = [found for found in report["findings"] if found["about"] == "migrations"]
    assert (code, migrations["fix"]) == (1, "python manage.py migrate")
    assert levels(report)["workers"] == "warning"
