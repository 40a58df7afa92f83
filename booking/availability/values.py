"""What the engine is given and what it gives back.

Moments are `Instant`s, whole seconds since 1970-01-01T00:00:00Z; all spans are half-open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import TypeAlias

Instant: TypeAlias = int

MINUTE = 60
DAY = 24 * 60 * MINUTE


class SlotAlignment(StrEnum):
    """From where a service's starts are counted: the window's beginning, or 00:00 on the clock."""

    WINDOW = "window"
    CLOCK = "clock"


class Refusal(StrEnum):
    """Why a provider cannot take a start."""

    CLOSED = "closed"
    OFF_GRID = "off_grid"
    BLOCKED = "blocked"
    CLAIMED = "claimed"
    BUFFER = "buffer"
    NOTICE = "notice"
    HORIZON = "horizon"


@dataclass(frozen=True, slots=True)
class WallWindow:
    """Opening hours by the clock on the wall.

    An `end` at or before `start` is a time of the next day, so 00:00-00:00 is the whole day.
    """

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly hours, Monday first, plus dates with hours of their own, in one time zone.

    An override replaces all windows that start on its date; an empty one closes the date.
    """

    tz: str
    weekly: tuple[tuple[WallWindow, ...], ...]
    overrides: Mapping[date, tuple[WallWindow, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError(f"a week has 7 days, not {len(self.weekly)}")


@dataclass(frozen=True, slots=True)
class Span:
    """Real time from `starts_at` up to, but not including, `ends_at`."""

    starts_at: Instant
    ends_at: Instant

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"a span ends after it starts: {self.starts_at}, {self.ends_at}")


@dataclass(frozen=True, slots=True)
class Claim(Span):
    """A provider's time that is taken, with the buffers as they were sold."""

    buffer_before_minutes: int
    buffer_after_minutes: int


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """What decides when a service can start, its own values or those of its business.

    Without `slot_interval_minutes` starts are one duration and the larger buffer apart.
    `schedule`, if there is one, narrows the opening hours of every provider.
    """

    duration_minutes: int
    slot_interval_minutes: int | None
    slot_alignment: SlotAlignment
    buffer_before_minutes: int
    buffer_after_minutes: int
    minimum_notice_minutes: int
    booking_horizon_days: int
    schedule: Schedule | None

    def __post_init__(self) -> None:
        if self.duration_minutes <= 0:
            raise ValueError(f"a service takes time, not {self.duration_minutes} minutes")
        if self.slot_interval_minutes is not None and self.slot_interval_minutes <= 0:
            raise ValueError(f"starts cannot be {self.slot_interval_minutes} minutes apart")
        if min(self.buffer_before_minutes, self.buffer_after_minutes) < 0:
            raise ValueError("a buffer cannot be negative")
        if min(self.minimum_notice_minutes, self.booking_horizon_days) < 0:
            raise ValueError("notice and horizon cannot be negative")

    @property
    def duration(self) -> int:
        """In seconds."""
        return self.duration_minutes * MINUTE

    @property
    def interval(self) -> int:
        """From one start to the next, in seconds."""
        if self.slot_interval_minutes is not None:
            return self.slot_interval_minutes * MINUTE
        buffer_minutes = max(self.buffer_before_minutes, self.buffer_after_minutes)
        return (self.duration_minutes + buffer_minutes) * MINUTE


@dataclass(frozen=True, slots=True)
class Provider:
    """A person who can give the service; `blocked` and `claims` in any order, even overlapping."""

    id: int
    schedule: Schedule
    blocked: tuple[Span, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that can be booked, and who can take it, in the order the providers were given."""

    starts_at: Instant
    ends_at: Instant
    provider_ids: tuple[int, ...]
