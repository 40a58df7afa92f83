"""The availability engine: when a service can start, and why it cannot.

Pure: no Django, no I/O, no clock. Times are whole seconds since the epoch, `now` is an argument.
It follows all of "The rules of time" in the documentation; rules 9 and 12, what pending bookings
and holds take, are kept by the caller, who leaves out what does not block.
"""

from booking.availability.blocked import blocked_dates
from booking.availability.fairness import Workload, fairest_first, week_around
from booking.availability.planning import Plan, plan
from booking.availability.query import Group, Query, Session, Slot
from booking.availability.reasons import (
    Closed,
    Explanation,
    LimitReached,
    NoRoom,
    Reason,
    Refusal,
    Refused,
    Taken,
    Way,
)
from booking.availability.rooms import choose_resources
from booking.availability.slots import explain, find_slots, group_by_date, open_ways
from booking.availability.values import (
    Claim,
    Instant,
    Limits,
    Period,
    Provider,
    Resource,
    Schedule,
    ServiceRules,
    SlotAlignment,
    Span,
    Starts,
    WallWindow,
)
from booking.availability.wallclock import iso_times, resolve_wall

__all__ = [
    "Claim",
    "Closed",
    "Explanation",
    "Group",
    "Instant",
    "LimitReached",
    "Limits",
    "NoRoom",
    "Period",
    "Plan",
    "Provider",
    "Query",
    "Reason",
    "Refusal",
    "Refused",
    "Resource",
    "Schedule",
    "ServiceRules",
    "Session",
    "Slot",
    "SlotAlignment",
    "Span",
    "Starts",
    "Taken",
    "WallWindow",
    "Way",
    "Workload",
    "blocked_dates",
    "choose_resources",
    "explain",
    "fairest_first",
    "find_slots",
    "group_by_date",
    "iso_times",
    "open_ways",
    "plan",
    "resolve_wall",
    "week_around",
]
