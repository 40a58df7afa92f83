import sys
from pathlib import Path

import pytest

from deploy import interpreters
from deploy.test import Outcome, conclude


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH and an empty pyenv."""
    tmp_path.joinpath("bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def add_python(path: Path, says: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return str(path)


def test_other_versions_leave_out_the_one_that_runs() -> None:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert sorted([running, *interpreters.other_versions()]) == ["3.11", "3.12", "3.13"]


def test_find_takes_the_python_on_path(machine: Path) -> None:
    python = add_python(machine / "bin/python3.12", "echo 3.12.4")
    assert interpreters.find("3.12") == python


def test_find_passes_over_a_shim_that_does_not_run(machine: Path) -> None:
    add_python(machine / "bin/python3.12", "exit 127")
    python = add_python(machine / "pyenv/versions/3.12.1/bin/python", "echo 3.12.1")
    assert interpreters.find("3.12") == python


def test_find_without_that_version_finds_nothing(machine: Path) -> None:
    add_python(machine / "bin/python3.12", "echo 3.11.9")
    assert interpreters.find("3.12") is None


def test_absent_python_is_named_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(absent=["SQLite, Python 3.12 (not found)"])
    assert conclude(outcome, is_strict=True) == 0
    assert capsys.readouterr().out == (
        "\nNot run: SQLite, Python 3.12 (not found)\n0 passed, 0 failed\n"
    )
