import zoneinfo
from datetime import UTC, datetime
from importlib.metadata import version

import pytest
import time_machine

from booking.doctor import zones


@pytest.mark.parametrize(
    ("today", "level"),
    [
        (datetime(2026, 12, 1, tzinfo=UTC), "ok"),
        (datetime(2028, 2, 4, tzinfo=UTC), "ok"),
        (datetime(2028, 2, 5, tzinfo=UTC), "warning"),
    ],
)
def test_old_rules_are_told_with_their_age(
    monkeypatch: pytest.MonkeyPatch, today: datetime, level: str
) -> None:
    monkeypatch.setattr(zones, "version", lambda package: "2026.2")
    with time_machine.travel(today, tick=False):
        [finding] = zones.look()
    assert finding.level == level
    assert finding.text.startswith("The time zones are those of 2026.2")
    assert ("at least 401 days old" in finding.text) == (level == "warning")


def test_zones_are_those_of_the_package_and_not_of_the_machine() -> None:
    assert zoneinfo.TZPATH == ()
    assert version("tzdata") >= "2026"
    assert "Europe/Berlin" in zoneinfo.available_timezones()
