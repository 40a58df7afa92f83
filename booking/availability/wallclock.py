"""Between the clock on the wall and real time.

Python's arithmetic on aware datetimes of one zone is arithmetic on the wall clock and wrong by an
hour around a change of offset. So datetimes only look up offsets here; all sums are on instants.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking.availability.values import DAY, Instant

MIDNIGHT = time(0)

# No zone has changed its offset twice within four days since 1970.
_LOOK_EVERY = 3 * DAY

_EPOCH = date(1970, 1, 1).toordinal()

# Read in any zone, an instant between these two has a date that exists in Python.
_FIRST_INSTANT = int(datetime(1, 1, 3, tzinfo=UTC).timestamp())
_LAST_INSTANT = int(datetime(9999, 12, 29, tzinfo=UTC).timestamp())


def resolve_wall(day: date, wall: time, tz: str) -> Instant:
    """The instant at which clocks in `tz` show `wall` on `day`, as RFC 5545 section 3.3.5 says.

    A time that comes twice is its first occurrence; a time that is skipped is read with the offset
    from before the gap (02:30 in a gap from 02:00 to 03:00 is the instant of 03:30).

    Raises `zoneinfo.ZoneInfoNotFoundError` for a zone that does not exist.
    """
    return _resolve(day, wall, tz)


# Every query asks for the same few times of the same dates.
@lru_cache(maxsize=4096)
def _resolve(day: date, wall: time, tz: str) -> Instant:
    local = datetime(
        day.year,
        day.month,
        day.day,
        wall.hour,
        wall.minute,
        wall.second,
        # First occurrence, and the offset from before a gap: PEP 495 means just that by it.
        fold=0,
        tzinfo=ZoneInfo(tz),
    )
    return int(local.timestamp())


def local_date(instant: Instant, tz: str) -> date:
    """The date in `tz`; past the ends of Python's calendar, one near its end."""
    within = min(max(instant, _FIRST_INSTANT), _LAST_INSTANT)
    return datetime.fromtimestamp(within, ZoneInfo(tz)).date()


def day_begins(day: date, tz: str) -> Instant:
    """The first instant of the date, which a gap at midnight may put at 01:00.

    A date lasts until the next one begins: since 2011 no zone has gone back over midnight.
    """
    return resolve_wall(day, MIDNIGHT, tz)


def day_exists(day: date, tz: str) -> bool:
    """False for a date left out at the date line, such as 2011-12-30 in Pacific/Apia."""
    return day_begins(day, tz) < day_begins(days_later(day, 1), tz)


def days_later(day: date, days: int) -> date:
    """The date so many days later (or earlier), but not past the ends of Python's calendar."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)


def iso_times(instants: Sequence[Instant], tz: str) -> list[str]:
    """What clocks in `tz` show at the instants, which come in order: ISO 8601 with the offset.

    The same as `datetime.isoformat()` says of each, several times as fast: the zone is asked once
    per change of its offset.
    """
    if not instants:
        return []
    zone, texts, done = ZoneInfo(tz), [], 0
    for begin, end, offset in offset_stretches(tz, instants[0], instants[-1] + 1):
        behind = bisect_left(instants, end)
        suffix = datetime.fromtimestamp(begin, zone).isoformat()[len("2027-03-28T03:00:00") :]
        for instant in instants[done:behind]:
            day, second = divmod(instant + offset, DAY)
            texts.append(f"{_date_text(day)}T{_time_text(second)}{suffix}")
        done = behind
    return texts


@lru_cache(maxsize=1024)
def _date_text(days_since_epoch: int) -> str:
    return date.fromordinal(_EPOCH + days_since_epoch).isoformat()


@lru_cache(maxsize=2048)
def _time_text(second_of_day: int) -> str:
    minutes, second = divmod(second_of_day, 60)
    return time(*divmod(minutes, 60), second).isoformat()


def offset_stretches(
    tz: str, since: Instant, until: Instant
) -> Iterator[tuple[Instant, Instant, int]]:
    """Cut `[since, until)` where the offset changes: begin, end and seconds east of UTC of each."""
    zone = ZoneInfo(tz)
    begin, offset = since, _offset(since, zone)
    for looked_at in range(since, until, _LOOK_EVERY):
        next_look = min(looked_at + _LOOK_EVERY, until)
        if _offset(next_look, zone) != offset:
            change = _first_other_offset(looked_at, next_look, offset, zone)
            yield begin, change, offset
            begin, offset = change, _offset(change, zone)
    if begin < until:
        yield begin, until, offset


def _first_other_offset(since: Instant, until: Instant, offset: int, zone: ZoneInfo) -> Instant:
    seconds = range(since, until)
    return since + bisect_left(seconds, x=True, key=lambda at: _offset(at, zone) != offset)


def _offset(instant: Instant, zone: ZoneInfo) -> int:
    within = min(max(instant, _FIRST_INSTANT), _LAST_INSTANT)
    local = datetime.fromtimestamp(within, zone)
    return int(local.replace(tzinfo=UTC).timestamp()) - within
