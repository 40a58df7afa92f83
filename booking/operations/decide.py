from booking.events import Event
from booking.lifecycle import InvalidTransition, Status, check_transition
from booking.locking import locked_booking
from booking.models import Booking, Claim
from booking.operations.record import Actor, record_change
from booking.operations.release import give_back
from config.core import clock


def approve_booking(*, booking: Booking, actor: Actor) -> Booking:
    """Confirm a request. Doing it again changes nothing.

    Raises `InvalidTransition` for anything but a request, and for one that has expired.
    """
    with locked_booking(booking) as row:
        if row.status == Status.CONFIRMED and row.approved_at:
            return row
        now, before = clock.now(), row.status
        if row.status_at(now) != Status.PENDING:
            raise InvalidTransition(f"This booking is {row.status_at(now).label.lower()}.")
        row.status = Status.CONFIRMED
        row.confirmed_at = row.approved_at = row.updated_at = now
        row.approved_by = actor.user
        row.save(
            update_fields=["status", "confirmed_at", "approved_at", "approved_by", "updated_at"]
        )
        Claim.objects.filter(session=row.session_id).update(expires_at=None)
        record_change(
            row,
            Event.APPROVED,
            actor=actor,
            now=now,
            before={"status": before},
            after={"status": row.status},
        )
    return row


def reject_booking(*, booking: Booking, reason: str, actor: Actor) -> Booking:
    """Decline a request and free its time. Doing it again changes nothing.

    `reason` is sent to the client; it may be empty. Raises `InvalidTransition`.
    """
    with locked_booking(booking) as row:
        if row.status == Status.REJECTED:
            return row
        now, before, session_id = clock.now(), row.status, row.session_id
        check_transition(row.status_at(now), Status.REJECTED)
        row.session = None
        row.status, row.rejection_reason, row.updated_at = Status.REJECTED, reason, now
        row.save(update_fields=["session", "status", "rejection_reason", "updated_at"])
        give_back(session_id, spots=row.spots)
        record_change(
            row,
            Event.REJECTED,
            actor=actor,
            now=now,
            before={"status": before},
            after={"status": row.status, "reason": reason},
        )
    return row
