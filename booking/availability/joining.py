"""Sessions that exist and can be joined: rule 10 of the rules of time."""

from collections.abc import Iterator

from booking.availability.bounds import out_of_range
from booking.availability.query import Query, Session, Slot
from booking.availability.reasons import Reason, Refusal
from booking.availability.values import MINUTE, Instant


def joinable(query: Query, since: Instant, until: Instant, *, include_full: bool) -> Iterator[Slot]:
    """The sessions starting in `[since, until)` that the party can join, in the order given.

    `include_full` adds those that lack nothing but the spots.
    """
    for session in query.sessions:
        if since <= session.starts_at < until:
            against = [reason.code for reason in join_reasons(query, session)]
            if not against or (include_full and against == [Refusal.NO_SPOTS]):
                yield _slot(session)


def join_reasons(query: Query, session: Session) -> list[Reason]:
    """Every reason why the session cannot be joined; hours, claims and limits are none."""
    reasons = out_of_range(query, session.starts_at)
    closes_at = session.starts_at - session.booking_deadline_minutes * MINUTE
    against = {
        Refusal.NOT_BOOKABLE: not session.is_bookable,
        Refusal.DEADLINE: query.now > closes_at,
        Refusal.NO_SPOTS: session.spots_left < query.spots,
    }
    return reasons + [Reason(code) for code, applies in against.items() if applies]


def _slot(session: Session) -> Slot:
    provider_ids = () if session.provider_id is None else (session.provider_id,)
    return Slot(session.starts_at, session.ends_at, provider_ids, session.spots_left, session.id)
