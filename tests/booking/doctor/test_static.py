import shutil
from pathlib import Path
from typing import Any

from booking.doctor import static


def levels() -> list[str]:
    return [finding.level for finding in static.look()]


def test_static_files_that_are_not_collected_are_a_warning(settings: Any) -> None:
    settings.STATIC_ROOT = None
    assert levels() == ["warning"]


def test_collected_files_of_another_version_are_a_problem(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    shutil.copytree(settings.STATICFILES_DIRS[0], tmp_path, dirs_exist_ok=True)
    assert levels() == ["ok"]
    (tmp_path / "css" / "base.css").write_text("old")
    [finding] = static.look()
    assert (finding.level, finding.text) == (
        "problem",
        "1 static file missing or of another version, such as css/base.css.",
    )
