"""Why a time is offered or not: the engine's own reasons, for one start or a whole day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from booking import availability, offers
from booking.availability import Explanation, Query
from booking.availability.values import NO_LIMITS
from booking.rulebook import Rulebook
from booking.taken import instant
from booking.wish import Wish


def explain(rulebook: Rulebook, wish: Wish, *, start: datetime, now: datetime) -> Explanation:
    """Whether a start is offered, and if not, every reason why not; for an active service."""
    query = offers.query_of_start(rulebook, wish, start, now)
    return availability.explain(query, start=instant(start))


def explain_day(
    rulebook: Rulebook, wish: Wish, *, day: date, viewer_tz: str, now: datetime
) -> list[Explanation]:
    """Every start that the hours or the sessions give on `day` in `viewer_tz`, taken or not."""
    query = offers.query_of_dates(rulebook, wish, first=day, last=day, viewer_tz=viewer_tz, now=now)
    starts = availability.find_slots(
        _as_if_nothing_were_taken(query, day), viewer_tz=viewer_tz, first=day, last=day
    )
    return [
        availability.explain(query, start=start)
        for start in sorted({slot.starts_at for slot in starts})
    ]


def _as_if_nothing_were_taken(query: Query, day: date) -> Query:
    """Opening hours, grid and sessions alone, asked so that `day` is not too soon nor too far."""
    providers = tuple(
        replace(provider, blocked=(), claims=(), busy=(), limits=NO_LIMITS)
        for provider in query.providers
    )
    sessions = tuple(
        replace(session, spots_left=query.spots, is_bookable=True, booking_deadline_minutes=0)
        for session in query.sessions
    )
    rules = replace(
        query.rules,
        minimum_notice_minutes=0,
        booking_horizon_days=7,
        limits=NO_LIMITS,
        capacity=max(query.rules.capacity, query.spots),
    )
    before = instant(datetime.combine(day, time.min, UTC) - timedelta(days=2))
    return replace(
        query,
        providers=providers,
        sessions=sessions,
        groups=(),
        rules=rules,
        now=before,
        session_starts=(),
    )
