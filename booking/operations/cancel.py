from datetime import datetime, timedelta

from accounts.models import Business
from booking.events import Event
from booking.lifecycle import Status, check_transition
from booking.locking import locked_booking
from booking.models import ActorKind, Booking
from booking.operations.errors import PolicyViolation
from booking.operations.leave import leave
from booking.operations.record import Actor
from config.core import clock


def cancel_booking(
    *, booking: Booking, reason: str, actor: Actor, tell_client: bool = True
) -> Booking:
    """Cancel and free the time. Doing it again changes nothing.

    Without `tell_client` no mail goes to the client. A client may do so until
    `cancellation_deadline()`; staff always. Raises `InvalidTransition`, and `PolicyViolation` past
    the deadline.
    """
    with locked_booking(booking) as row:
        if row.status == Status.CANCELLED:
            return row
        check_transition(row.status_at(clock.now()), Status.CANCELLED)
        if actor.kind == ActorKind.CLIENT and clock.now() > cancellation_deadline(row):
            raise PolicyViolation("It is too late to cancel online. Please contact us.")
        end_by_cancelling(row, reason=reason, actor=actor, tell_client=tell_client)
    return row


def end_by_cancelling(row: Booking, *, reason: str, actor: Actor, tell_client: bool = True) -> None:
    """Part of the caller's transaction, which has locked the open booking."""
    now = clock.now()
    row.cancellation_reason, row.cancelled_at = reason, now
    # Calendars ignore a cancellation whose SEQUENCE has not been raised (RFC 5546 §2.1.4).
    row.sequence += 1
    leave(
        row,
        Status.CANCELLED,
        event=Event.CANCELLED,
        actor=actor,
        now=now,
        written=["cancellation_reason", "cancelled_at", "sequence"],
        said={"reason": reason},
        tell_client=tell_client,
    )


def cancellation_deadline(booking: Booking) -> datetime:
    """The last instant at which the client may still cancel by the link."""
    return deadline_for(booking.starts_at, booking.business)


def deadline_for(start: datetime, business: Business) -> datetime:
    return start - timedelta(minutes=business.settings.cancellation_notice_minutes)
