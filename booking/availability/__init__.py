"""The availability engine: when a service can start, and why it cannot.

Pure: no Django, no I/O, no clock. Times are whole seconds since the epoch, `now` is an argument.
The rules it follows are rules 1 to 7 of "The rules of time" in the documentation.
"""

from booking.availability.slots import find_slots, group_by_date, refusals
from booking.availability.values import (
    Claim,
    Instant,
    Provider,
    Refusal,
    Schedule,
    ServiceRules,
    Slot,
    SlotAlignment,
    Span,
    WallWindow,
)
from booking.availability.wallclock import resolve_wall

__all__ = [
    "Claim",
    "Instant",
    "Provider",
    "Refusal",
    "Schedule",
    "ServiceRules",
    "Slot",
    "SlotAlignment",
    "Span",
    "WallWindow",
    "find_slots",
    "group_by_date",
    "refusals",
    "resolve_wall",
]
