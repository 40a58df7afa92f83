"""Dates that repeat from week to week, by RFC 5545 (§3.3.10), on the clock of a business."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import WEEKLY, rrule
from django.core.exceptions import ValidationError

from booking.availability import resolve_wall
from booking.taken import moment

MAX_SESSIONS = 200
MAX_YEARS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Every so many weeks on some weekdays (Monday = 0), `until` a date or `count` times.

    `first` is a date of the first week, `at` a time on the business's clock. What is left out by
    `except_dates` is counted as one of the times, as in any calendar.
    """

    first: date
    at: time
    every_weeks: int
    weekdays: Collection[int]
    until: date | None
    count: int | None
    except_dates: Collection[date] = ()

    def dates(self) -> list[date]:
        """In order. Raises `ValidationError` when there are none, too many, or too far ones."""
        found = [repeated.date() for repeated in islice(self._rule(), MAX_SESSIONS + 1)]
        if len(found) > MAX_SESSIONS:
            raise ValidationError(f"At most {MAX_SESSIONS} sessions can be planned at once.")
        if found and found[-1] > self.first + timedelta(days=366 * MAX_YEARS):
            raise ValidationError(f"A series lasts at most {MAX_YEARS} years.")
        kept = [day for day in found if day not in self.except_dates]
        if not kept:
            raise ValidationError("No date is left.")
        return kept

    def as_text(self) -> str:
        """DTSTART, RRULE and EXDATE, all by the clock on the wall and without a zone."""
        lines = str(self._rule())
        # Only what the rule would give: others may have been pasted along, and fill the column.
        left_out = [
            f"{repeated:%Y%m%dT%H%M%S}"
            for repeated in islice(self._rule(), MAX_SESSIONS)
            if repeated.date() in self.except_dates
        ]
        return "\n".join([lines, f"EXDATE:{','.join(left_out)}"]) if left_out else lines

    def _rule(self) -> rrule:
        return rrule(
            WEEKLY,
            dtstart=datetime.combine(self.first, self.at),
            interval=self.every_weeks,
            byweekday=sorted(self.weekdays),
            until=datetime.combine(self.until, self.at) if self.until else None,
            count=self.count,
        )


def instants(dates: Collection[date], at: time, timezone: str) -> list[datetime]:
    """When clocks in `timezone` show `at` on the dates, on either side of a change of theirs."""
    return [moment(resolve_wall(day, at, timezone)) for day in dates]
