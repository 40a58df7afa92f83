"""Why a start is not offered: each reason has a code and what it points at."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from booking.availability.values import Instant, Period, Span


class Refusal(StrEnum):
    """The codes of all reasons."""

    CLOSED = "closed"
    OVERRIDE = "override"
    HOLIDAY = "holiday"
    OFF_GRID = "off_grid"
    BLOCKED = "blocked"
    CLAIMED = "claimed"
    BUFFER = "buffer"
    BUSY = "busy"
    NOTICE = "notice"
    HORIZON = "horizon"
    LIMIT = "limit"
    NO_ROOM = "no_room"
    NO_SPOTS = "no_spots"
    NOT_PLANNED = "not_planned"
    NOT_BOOKABLE = "not_bookable"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that needs no more than its code."""

    code: Refusal


@dataclass(frozen=True, slots=True)
class Closed(Reason):
    """Some of the time is outside the hours of the resource, or of the service if that is None.

    An override or a holiday is named, by its date, when the weekly hours would have been open.
    """

    resource_id: int | None
    local_date: date | None = None


@dataclass(frozen=True, slots=True)
class Taken(Reason):
    """`span` is in the way: a blocked period, a session's `Claim` or outside busy time.

    With the code `buffer` it is a neighbour, a claim or busy time, that would be too near.
    """

    span: Span


@dataclass(frozen=True, slots=True)
class LimitReached(Reason):
    """The period from `first_date` has all its sessions, of the resource or (None) the service."""

    period: Period
    first_date: date
    resource_id: int | None


@dataclass(frozen=True, slots=True)
class NoRoom(Reason):
    """No resource of the group is free; `members` says why, one for one."""

    group_id: int
    members: tuple["Refused", ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Every reason why one resource cannot take a start."""

    resource_id: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to book a start, and every reason against it.

    Either joining the session `session_id`, or a new session by `provider_id`. Both are None where
    nothing can begin because no session is planned.
    """

    provider_id: int | None
    session_id: int | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All ways to book one start: sessions to join, then providers, each in the order given."""

    starts_at: Instant
    ways: tuple[Way, ...]

    @property
    def is_offered(self) -> bool:
        return any(not way.reasons for way in self.ways)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All that stands in the way of anybody, each once; none if the start is offered."""
        if self.is_offered:
            return ()
        return tuple(dict.fromkeys(reason for way in self.ways for reason in way.reasons))
