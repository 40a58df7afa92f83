"""What the engine refuses to be given."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from booking.availability import Claim, Schedule, Span
from tests.booking.availability.factories import rules


@pytest.mark.parametrize("ends_at", [99, 100])
def test_span_must_take_time(ends_at: int) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Span(100, ends_at)
    with pytest.raises(ValueError, match="ends after it starts"):
        Claim(100, ends_at, 0, 0)


@pytest.mark.parametrize("days", [0, 6, 8])
def test_schedule_must_have_a_week(days: int) -> None:
    with pytest.raises(ValueError, match="7 days"):
        Schedule("UTC", ((),) * days)


@pytest.mark.parametrize(
    "change",
    [
        {"duration_minutes": 0},
        {"duration_minutes": -5},
        {"slot_interval_minutes": 0},
        {"buffer_before_minutes": -1},
        {"buffer_after_minutes": -1},
        {"minimum_notice_minutes": -1},
        {"booking_horizon_days": -1},
        {"capacity": 0},
    ],
    ids=lambda change: "-".join(change),
)
def test_service_rules_must_make_sense(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        replace(rules(), **change)


def test_values_do_not_change() -> None:
    span = Span(100, 200)
    with pytest.raises(FrozenInstanceError):
        span.ends_at = 300  # type: ignore[misc]
