import os
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from booking.doctor import zones

TODAY = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of zones that the interpreter reads; it holds one, and no name of a release."""
    real = Path(zoneinfo.TZPATH[0], "Europe", "Berlin")
    tmp_path.joinpath("Europe").mkdir()
    tmp_path.joinpath("Europe", "Berlin").write_bytes(real.read_bytes())
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
    return tmp_path


@pytest.mark.parametrize(
    ("line", "written", "level", "days"),
    [
        ("# version 2026d", datetime(2026, 12, 1, tzinfo=UTC), "ok", 0),
        ("# version 2025b", datetime(2025, 3, 25, tzinfo=UTC), "warning", 706),
        # A file that was copied lately is still no younger than its year.
        ("# version 2025b", datetime(2027, 2, 1, tzinfo=UTC), "warning", 425),
    ],
)
def test_old_rules_are_told_with_their_age(
    data: Path, line: str, written: datetime, level: str, days: int
) -> None:
    file = data / "tzdata.zi"
    file.write_text(f"{line}\nR A 1 2 3\n")
    os.utime(file, (written.timestamp(), written.timestamp()))
    with time_machine.travel(TODAY, tick=False):
        [finding] = zones.look()
    assert finding.level == level
    assert finding.text.startswith(f"The time zones are those of {line.removeprefix('# version ')}")
    assert (f"at least {days} days old" in finding.text) == bool(days)


def test_rules_without_a_name_are_a_warning(data: Path) -> None:
    assert [finding.level for finding in zones.look()] == ["warning"]
