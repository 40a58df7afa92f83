"""Days, weeks and months that have all their sessions: rule 8 of the rules of time."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from booking.availability.intervals import Interval
from booking.availability.query import Query
from booking.availability.reasons import LimitReached, Refusal
from booking.availability.values import Instant, Limits, Period, Resource
from booking.availability.wallclock import day_begins, days_later, local_date

# A period that has all its sessions, and the starts that lie in it.
FullPeriod: TypeAlias = tuple[LimitReached, Interval]


def full_for_service(query: Query) -> list[FullPeriod]:
    """The periods in which the service may not start anything new."""
    return _full_periods(query.rules.limits, query.session_starts, query.business_tz, None)


def full_for_resource(query: Query, resource: Resource) -> list[FullPeriod]:
    """The periods in which the resource may not take anything new."""
    tz = query.business_tz
    return _full_periods(resource.limits, resource.session_starts, tz, resource.id)


def reached_at(full: Iterable[FullPeriod], start: Instant) -> list[LimitReached]:
    """The limits that forbid this one start."""
    return [reached for reached, (begin, end) in full if begin <= start < end]


def period_around(period: Period, day: date, tz: str) -> Interval:
    """The period that holds the date, on the calendar of `tz`."""
    first = _first_date(period, day)
    next_first = days_later(first, _days_in(period, first))
    return day_begins(first, tz), day_begins(next_first, tz)


def _full_periods(
    limits: Limits, session_starts: Iterable[Instant], tz: str, resource_id: int | None
) -> list[FullPeriod]:
    allowed = limits.by_period()
    if not allowed:
        return []
    dates = [local_date(start, tz) for start in session_starts]
    full = []
    for period, most in allowed:
        sessions = Counter(_first_date(period, day) for day in dates)
        for first in sorted(day for day, count in sessions.items() if count >= most):
            reached = LimitReached(Refusal.LIMIT, period, first, resource_id)
            full.append((reached, period_around(period, first, tz)))
    return full


def _first_date(period: Period, day: date) -> date:
    """The date on which the period that holds `day` begins."""
    if period == Period.WEEK:
        return days_later(day, -day.weekday())
    return day.replace(day=1) if period == Period.MONTH else day


def _days_in(period: Period, first: date) -> int:
    if period == Period.WEEK:
        return 7
    return monthrange(first.year, first.month)[1] if period == Period.MONTH else 1
