"""How soon and how far ahead a session can be booked: rule 7 of the rules of time."""

from booking.availability.intervals import Interval
from booking.availability.query import Query
from booking.availability.reasons import Reason, Refusal
from booking.availability.values import MINUTE, Instant
from booking.availability.wallclock import day_begins, days_later, local_date


def bookable_range(query: Query) -> Interval:
    """From the nearest start that can be booked to the end of the last date that can.

    The horizon counts dates on the business's calendar. Reversed when notice outlasts it.
    """
    rules = query.rules
    today = local_date(query.now, query.business_tz)
    too_far = days_later(today, rules.booking_horizon_days + 1)
    nearest = query.now + rules.minimum_notice_minutes * MINUTE
    return nearest, day_begins(too_far, query.business_tz)


def out_of_range(query: Query, start: Instant) -> list[Reason]:
    """Too soon, too far ahead, or both."""
    nearest, end = bookable_range(query)
    reasons = []
    if start < nearest:
        reasons.append(Reason(Refusal.NOTICE))
    if start >= end:
        reasons.append(Reason(Refusal.HORIZON))
    return reasons
