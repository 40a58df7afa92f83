"""What became of a booking: completed by itself after its end, or a no-show, as staff say."""

import logging
from datetime import datetime

from booking.events import Event
from booking.lifecycle import TRANSITIONS, InvalidTransition, Status, check_transition
from booking.locking import locked_booking
from booking.models import Booking
from booking.operations.record import BY_ITSELF, Actor, record_change
from config.core import clock
from config.core.errors import TryAgain

logger = logging.getLogger(__name__)
# What is left waits for the next sweep: a backlog must not keep other tasks waiting for minutes.
MOST_AT_ONCE = 500
_EVENTS = {Status.COMPLETED: Event.COMPLETED, Status.NO_SHOW: Event.NO_SHOW}


def complete_past() -> list[Booking]:
    """Complete confirmed bookings that are over, each in its own transaction, the oldest first.

    At most 500 at once. What staff have said of one in the meantime stays.
    """
    done = []
    over = Booking.objects.over(clock.now()).order_by("ends_at", "pk")
    for booking in list(over[:MOST_AT_ONCE]):
        try:
            if completed := _complete_if_over(booking):
                done.append(completed)
        except TryAgain as reason:
            logger.info("booking %s is left: %s", booking.reference, reason)
        except Exception:
            # One that is broken must not keep all others waiting.
            logger.exception("booking %s cannot be completed", booking.reference)
    return done


def mark_no_show(*, booking: Booking, actor: Actor) -> Booking:
    """Say that the client did not come. Doing it again changes nothing.

    Raises `InvalidTransition` for what has not begun, or has not been confirmed.
    """
    return _mark(booking, Status.NO_SHOW, actor)


def mark_completed(*, booking: Booking, actor: Actor) -> Booking:
    """Say that the client came, also of what was marked as a no-show. Raises as `mark_no_show`."""
    return _mark(booking, Status.COMPLETED, actor)


def outcomes_of(booking: Booking, now: datetime) -> frozenset[Status]:
    """What staff can say of a booking now: completed, no-show, or nothing yet."""
    if booking.starts_at > now:
        return frozenset()
    return TRANSITIONS[booking.status_at(now)] & _EVENTS.keys()


def _complete_if_over(booking: Booking) -> Booking | None:
    now = clock.now()
    with locked_booking(booking) as row:
        # It may have been marked, moved or cancelled since it was found.
        if row.status != Status.CONFIRMED or row.ends_at > now:
            return None
        _settle(row, Status.COMPLETED, BY_ITSELF, now)
    return row


def _mark(booking: Booking, outcome: Status, actor: Actor) -> Booking:
    with locked_booking(booking) as row:
        if row.status == outcome:
            return row
        now = clock.now()
        check_transition(row.status_at(now), outcome)
        if row.starts_at > now:
            raise InvalidTransition("This booking has not begun yet.")
        _settle(row, outcome, actor, now)
    return row


def _settle(row: Booking, outcome: Status, actor: Actor, now: datetime) -> None:
    """Part of the caller's transaction; the session stays, as its time was taken."""
    before = row.status
    row.status, row.updated_at = outcome, now
    row.completed_at = now if outcome == Status.COMPLETED else None
    row.save(update_fields=["status", "updated_at", "completed_at"])
    record_change(
        row,
        _EVENTS[outcome],
        actor=actor,
        now=now,
        before={"status": before},
        after={"status": row.status},
    )
