"""Whether style sheets and scripts are collected, and those of this version."""

import filecmp
from pathlib import Path

from django.conf import settings

from booking.doctor.findings import Findings, for_people, ok, problem, warning

FIX = "mkdir -p static-root && python manage.py collectstatic --noinput, then start again"


def look() -> Findings:
    if settings.DEBUG:
        yield ok("Static files are served as they lie in the tree.")
        return
    if settings.STATIC_ROOT is None:
        yield warning("Static files are not collected: browsers load them again each time.", FIX)
        return
    outdated = _outdated(Path(settings.STATIC_ROOT))
    if outdated:
        count = for_people(len(outdated), "static file")
        yield problem(f"{count} missing or of another version, such as {outdated[0]}.", FIX)
    else:
        yield ok("Static files are collected.")


def _outdated(collected: Path) -> list[str]:
    """Our own files that are not, or not the same, among the collected ones."""
    return [
        str(file.relative_to(folder))
        for folder in map(Path, settings.STATICFILES_DIRS)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not _is_same(file, collected / file.relative_to(folder))
    ]


def _is_same(ours: Path, theirs: Path) -> bool:
    return theirs.is_file() and filecmp.cmp(ours, theirs, shallow=False)
