"""What the engine is given and what it gives back.

Moments are `Instant`s, whole seconds since 1970-01-01T00:00:00Z; all spans are half-open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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


class Starts(StrEnum):
    """How a service starts: whenever its hours allow it, or only where a session is planned."""

    HOURS = "hours"
    PLANNED = "planned"


class Period(StrEnum):
    """What a limit counts in, on the business's calendar; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


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

    An override replaces all windows that start on its date; an empty one closes the date. A
    holiday drops the windows that start on it, unless the date has an override.
    """

    tz: str
    weekly: tuple[tuple[WallWindow, ...], ...]
    overrides: Mapping[date, tuple[WallWindow, ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError(f"a week has 7 days, not {len(self.weekly)}")


@dataclass(frozen=True, slots=True)
class Span:
    """Real time from `starts_at` up to, but not including, `ends_at`.

    `id` is the caller's name for what takes this time; the engine only hands it back.
    """

    starts_at: Instant
    ends_at: Instant
    id: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"a span ends after it starts: {self.starts_at}, {self.ends_at}")


@dataclass(frozen=True, slots=True)
class Claim(Span):
    """A resource's time taken by the session `id`, with the buffers as they were sold."""

    buffer_before_minutes: int
    buffer_after_minutes: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sessions may start in one day, week or month; None is no limit."""

    day: int | None = None
    week: int | None = None
    month: int | None = None

    def __post_init__(self) -> None:
        if any(most < 1 for _, most in self.by_period()):
            raise ValueError("a limit lets at least one session through")

    def by_period(self) -> list[tuple[Period, int]]:
        """The limits that there are."""
        every = [(Period.DAY, self.day), (Period.WEEK, self.week), (Period.MONTH, self.month)]
        return [(period, most) for period, most in every if most is not None]


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """What decides when a service can start, its own values or those of its business.

    Without `slot_interval_minutes` starts are one duration and the larger buffer apart.
    `schedule`, if there is one, narrows the opening hours of every provider. `capacity` is that of
    a session made on demand.
    """

    duration_minutes: int
    slot_interval_minutes: int | None
    slot_alignment: SlotAlignment
    buffer_before_minutes: int
    buffer_after_minutes: int
    minimum_notice_minutes: int
    booking_horizon_days: int
    schedule: Schedule | None
    starts: Starts = Starts.HOURS
    capacity: int = 1
    limits: Limits = NO_LIMITS

    def __post_init__(self) -> None:
        if self.capacity < 1:
            raise ValueError(f"a session has spots, not {self.capacity}")
        if self.duration_minutes <= 0:
            raise ValueError(f"a service takes time, not {self.duration_minutes} minutes")
        if self.slot_interval_minutes is not None and self.slot_interval_minutes <= 0:
            raise ValueError(f"starts cannot be {self.slot_interval_minutes} minutes apart")
        if min(self.buffer_before_minutes, self.buffer_after_minutes) < 0:
            raise ValueError("a buffer cannot be negative")
        if min(self.minimum_notice_minutes, self.booking_horizon_days) < 0:
            raise ValueError("notice and horizon cannot be negative")

    def lasting(self, duration_minutes: int) -> "ServiceRules":
        """The same rules for another of the service's durations, as the client chose it."""
        return replace(self, duration_minutes=duration_minutes)

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
class Resource:
    """Something whose time can be taken once; without a schedule it is always open.

    `blocked`, `claims` and `busy` (time taken in outside calendars) come in any order and may
    overlap. `session_starts` are those of its sessions in every period that `limits` count.
    """

    id: int
    schedule: Schedule | None
    blocked: tuple[Span, ...] = ()
    claims: tuple[Claim, ...] = ()
    busy: tuple[Span, ...] = ()
    limits: Limits = NO_LIMITS
    session_starts: tuple[Instant, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider(Resource):
    """A person who can give the service; starts are counted in their opening hours."""

    schedule: Schedule
