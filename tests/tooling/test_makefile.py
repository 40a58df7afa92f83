import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As typed into a shell, also when it was make that started these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_every_target() -> None:
    targets = [line.split()[1] for line in make().stdout.splitlines()]
    assert targets == [
        *("help", "run", "setup", "test", "check", "browser", "format", "pins", "pictures"),
        "benchmark",
    ]


def test_without_python_one_line_says_what_is_needed() -> None:
    told = make("setup", "PYTHON=python-that-is-not-here")
    assert told.returncode != 0
    assert told.stdout == (
        "Openslot needs Python 3.11, 3.12 or 3.13; there is no python-that-is-not-here here.\n"
    )
