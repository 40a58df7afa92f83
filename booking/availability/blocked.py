"""Dates that time off takes as a whole."""

from datetime import date

from booking.availability.intervals import Interval, clip, union
from booking.availability.query import Query
from booking.availability.wallclock import day_begins, days_later


def blocked_dates(query: Query, *, first: date, last: date) -> list[date]:
    """The dates from `first` to `last` on which time off leaves nobody asked for a moment.

    They are dates of the business's calendar. None where nobody can give a new session, as with
    services that only start as planned: joining does not ask for time off.
    """
    # Time off of the whole business is the same for everybody.
    time_off = {provider.blocked for provider in query.providers}
    if not time_off or not all(time_off):
        return []
    taken = [union((span.starts_at, span.ends_at) for span in spans) for spans in time_off]
    dates = [days_later(first, number) for number in range((last - first).days + 1)]
    return [day for day in dates if _is_covered(_whole(day, query.business_tz), taken)]


def _whole(day: date, tz: str) -> Interval:
    return day_begins(day, tz), day_begins(days_later(day, 1), tz)


def _is_covered(day: Interval, taken: list[list[Interval]]) -> bool:
    return all(list(clip(spans, *day)) == [day] for spans in taken)
