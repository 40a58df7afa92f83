from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in a line; `fix` is what one can type or change."""

    level: Level
    text: str
    fix: str = ""


Findings = Iterator[Finding]


def ok(text: str) -> Finding:
    return Finding(Level.OK, text)


def warning(text: str, fix: str = "") -> Finding:
    return Finding(Level.WARNING, text, fix)


def problem(text: str, fix: str = "") -> Finding:
    return Finding(Level.PROBLEM, text, fix)


def for_people(count: int, one: str) -> str:
    """For example "1 mail" and "3 mails"."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
