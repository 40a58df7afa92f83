from pathlib import Path
from typing import Any

import pytest

from booking.doctor import keys

GOOD = "1b3d5f7h9jklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.DATA_DIR, settings.SECRET_KEY = tmp_path, GOOD
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "env"))
    return tmp_path


def levels() -> list[str]:
    return [finding.level for finding in keys.look()]


def test_a_long_key_that_only_we_can_read_is_well(folder: Path) -> None:
    for name in ("secret-key", "env"):
        (folder / name).touch(mode=0o600)
    assert levels() == ["ok"]


@pytest.mark.parametrize("key", ["short", "x" * 60, GOOD[:49]])
def test_a_key_that_can_be_guessed_is_a_problem(folder: Path, settings: Any, key: str) -> None:
    settings.SECRET_KEY = key
    assert levels() == ["problem"]


@pytest.mark.parametrize("name", ["secret-key", "env"])
def test_a_file_of_secrets_that_others_can_read_is_a_problem(folder: Path, name: str) -> None:
    path = folder / name
    path.touch(mode=0o644)
    [finding] = keys.look()
    assert (finding.level, finding.fix) == ("problem", f"chmod 600 {path}")


@pytest.mark.parametrize(
    ("base_url", "level"),
    [("https://book.example.com", "problem"), ("http://localhost:8000", "warning")],
)
def test_debugging_is_for_ones_own_machine(
    folder: Path, settings: Any, base_url: str, level: str
) -> None:
    settings.DEBUG, settings.BASE_URL = True, base_url
    assert levels() == [level]
