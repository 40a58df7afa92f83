"""Who gets a booking that asks for nobody in particular: rule 11 of the rules of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from booking.availability.limits import period_around
from booking.availability.reasons import Way
from booking.availability.values import Instant, Period
from booking.availability.wallclock import local_date


@dataclass(frozen=True, slots=True)
class Workload:
    """How many sessions a provider has in the week of a start, before the start or after it, and
    when the last one that begins before it ends.
    """

    sessions_in_week: int = 0
    last_ends_at: Instant | None = None


def week_around(start: Instant, business_tz: str) -> tuple[Instant, Instant]:
    """The week `[begin, end)` that the start lies in; it begins on Monday in `business_tz`."""
    return period_around(Period.WEEK, local_date(start, business_tz), business_tz)


def fairest_first(ways: Iterable[Way], workloads: Mapping[int, Workload]) -> list[Way]:
    """The ways that nothing speaks against, the one to take first.

    Sessions to join come before new ones; then the provider with the fewest sessions in the week,
    then the one who has been free for longest, then the first in the order given. A provider
    without a workload has had nothing to do.
    """

    def turn(way: Way) -> tuple[bool, int, bool, Instant]:
        load = Workload()
        if way.provider_id is not None:
            load = workloads.get(way.provider_id, load)
        last = load.last_ends_at
        return (way.session_id is None, load.sessions_in_week, last is not None, last or 0)

    return sorted((way for way in ways if not way.reasons), key=turn)
