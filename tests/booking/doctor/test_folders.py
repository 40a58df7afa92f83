import shutil
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from booking.doctor import folders


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "mounts"
    monkeypatch.setattr(folders, "MOUNTS", file)
    return file


def test_the_file_system_is_that_of_the_nearest_mount_point(mounts: Path) -> None:
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        "nas:/x /srv/my\\040data nfs4 rw 0 0\n"
        "//nas/y /srv/my\\040data/local cifs rw 0 0\n"
        "/dev/sdb1 /srv/my\\040data/local xfs rw 0 0\n"
    )
    kinds = {
        "/srv": "ext4",
        "/srv/my data": "nfs4",
        "/srv/my data/openslot": "nfs4",
        # The later of two mounts at one point covers the earlier.
        "/srv/my data/local/openslot": "xfs",
    }
    assert {path: folders.file_system(Path(path)) for path in kinds} == kinds


def test_a_machine_without_a_list_of_mounts_is_not_guessed_at(mounts: Path) -> None:
    assert folders.file_system(Path("/srv")) == ""


def test_locks_hold_on_a_disk_of_this_machine(tmp_path: Path) -> None:
    assert folders.locks_hold(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_locks_that_a_second_process_gets_do_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unlocked(sqlite3.Connection):
        """As on a disk whose locks reach nobody: the first writer has none."""

        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            held = sql in {"BEGIN IMMEDIATE", "COMMIT"}
            return super().execute("SELECT 1" if held else sql, *given)

    real = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **kwargs: real(*args, **kwargs, factory=Unlocked)
    )
    assert not folders.locks_hold(tmp_path)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p"])
def test_sqlite_on_a_network_disk_is_a_problem(settings: Any, mounts: Path, kind: str) -> None:
    mounts.write_text(f"nas:/x / {kind} rw 0 0\n")
    kept = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    assert [finding.level for finding in folders.look_at_disk()] == (["problem"] if kept else [])


def test_a_data_folder_that_cannot_be_written_to_is_a_problem(settings: Any) -> None:
    settings.DATA_DIR = Path("/proc/openslot")
    assert [finding.level for finding in folders.look_at_data()] == ["problem"]


def test_a_data_folder_that_everyone_can_read_is_a_warning(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert [finding.level for finding in folders.look_at_data()] == ["ok", "warning"]
    tmp_path.chmod(0o700)
    assert [finding.level for finding in folders.look_at_data()] == ["ok"]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("free", "level"),
    [(100 * 1024**2, "problem"), (1024**3, "warning"), (50 * 1024**3, "ok")],
)
def test_a_disk_that_fills_up_is_told_in_time(
    monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free))
    assert [finding.level for finding in folders.look_at_space()] == [level]
