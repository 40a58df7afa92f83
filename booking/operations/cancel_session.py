from booking.lifecycle import InvalidTransition, Status, check_transition
from booking.locking import lock_bookings
from booking.models import Booking, HoldPurpose, Session
from booking.operations.cancel import end_by_cancelling
from booking.operations.move_request import end_wish
from booking.operations.plan import locked_session
from booking.operations.record import Actor
from config.core import clock


def cancel_session(*, session: Session, reason: str, actor: Actor) -> list[Booking]:
    """Cancel every booking of a session to come and take it off the calendar, all or nothing.

    Who was booked is told with the `reason`, which may be empty, and comes back. Whoever was only
    keeping a place loses it. Doing it again changes nothing. Raises `InvalidTransition` for one
    that has begun.
    """
    with locked_session(session) as row:
        if row is None:
            return []
        if row.starts_at <= clock.now():
            raise InvalidTransition("This session has begun. Cancel its bookings one by one.")
        bookings = lock_bookings(Booking.objects.of_session(row, clock.now()))
        for booking in bookings:
            check_transition(booking.status_at(clock.now()), Status.CANCELLED)
            end_by_cancelling(booking, reason=reason, actor=actor)
        for hold in row.holds.filter(purpose=HoldPurpose.MOVE).select_related("booking__business"):
            if hold.booking:
                end_wish(hold, hold.booking, reason=reason, actor=actor)
        Session.objects.filter(pk=row.pk).delete()
    return bookings


def cancel_series(*, session: Session, reason: str, actor: Actor) -> list[Booking]:
    """Cancel this session and all after it of its series, each in a transaction of its own.

    What `cancel_session` raises ends it between two of them; asked again, it goes on from there.
    """
    return [
        booking
        for each in [session, *session.following()]
        for booking in cancel_session(session=each, reason=reason, actor=actor)
    ]
