from booking.availability import Refusal
from booking.events import Event
from booking.lifecycle import InvalidTransition, Status, check_transition
from booking.locking import lock_bookings, locked_booking
from booking.models import Booking
from booking.offers import Choice
from booking.operations.errors import SlotTaken
from booking.operations.leave import leave
from booking.operations.place import check_unmoved
from booking.operations.record import Actor, Facts, record_change
from booking.operations.release import end_kept, renew_claims
from booking.operations.take import occupy, take
from booking.rulebook import Rulebook
from booking.wish import wish_of
from config.core import clock

# What was asked for in time is approved whatever the hours have become since. Other people's time,
# time off, limits and what is archived still count.
AGREED = frozenset(
    {
        Refusal.CLOSED,
        Refusal.OVERRIDE,
        Refusal.HOLIDAY,
        Refusal.OFF_GRID,
        Refusal.NOTICE,
        Refusal.HORIZON,
        Refusal.NOT_BOOKABLE,
        Refusal.DEADLINE,
    }
)


def approve_booking(*, booking: Booking, actor: Actor, said: Facts | None = None) -> Booking:
    """Confirm a request. Doing it again changes nothing. `said` is added to the history.

    One that has taken no time so far is booked now: raises `SlotTaken` or `SlotUnavailable` when
    its time is not free any more. Raises `InvalidTransition` for anything but a request, and for
    one that has expired.
    """
    booking = Booking.objects.select_related("service__business").get(pk=booking.pk)
    if booking.status == Status.PENDING and booking.session_id is None:
        return _approve_and_take(booking, actor, said or {})
    with locked_booking(booking) as row:
        if row.present_status == Status.PENDING:
            check_unmoved(row, booking)
        return _approve(row, actor, said or {})


def _approve_and_take(booking: Booking, actor: Actor, said: Facts) -> Booking:
    wish, start = wish_of(booking), booking.starts_at

    def write(rules: Rulebook, choice: Choice) -> Booking:
        [row] = lock_bookings(Booking.objects.filter(pk=booking.pk))
        if row.present_status != Status.PENDING:
            return _approve(row, actor, said)
        check_unmoved(row, booking)
        row.session = occupy(rules, wish, start, choice, until=None)
        return _approve(row, actor, said)

    try:
        return take(wish, start=start, write=write, ignoring=AGREED)
    except SlotTaken:
        # Perhaps it was this very request, approved by somebody else, that has taken the time.
        with locked_booking(booking) as row:
            if row.status == Status.CONFIRMED:
                return row
        raise


def _approve(row: Booking, actor: Actor, said: Facts) -> Booking:
    if row.status == Status.CONFIRMED and row.approved_at:
        return row
    now, before = clock.now(), row.status
    if row.status_at(now) != Status.PENDING:
        raise InvalidTransition(f"This booking is {row.status_at(now).label.lower()}.")
    row.status = Status.CONFIRMED
    row.confirmed_at = row.approved_at = row.updated_at = now
    row.approved_by = actor.user
    row.save(
        update_fields=[
            "session",
            "status",
            "confirmed_at",
            "approved_at",
            "approved_by",
            "updated_at",
        ]
    )
    if row.session_id:
        renew_claims(row.session_id)
    end_kept(row)
    record_change(
        row,
        Event.APPROVED,
        actor=actor,
        now=now,
        before={"status": before},
        after={"status": row.status, **said},
    )
    return row


def reject_booking(*, booking: Booking, reason: str, actor: Actor) -> Booking:
    """Decline a request and free its time. Doing it again changes nothing.

    `reason` is sent to the client; it may be empty. Raises `InvalidTransition`.
    """
    with locked_booking(booking) as row:
        if row.status == Status.REJECTED:
            return row
        now = clock.now()
        check_transition(row.status_at(now), Status.REJECTED)
        row.rejection_reason = reason
        leave(
            row,
            Status.REJECTED,
            event=Event.REJECTED,
            actor=actor,
            now=now,
            written=["rejection_reason"],
            said={"reason": reason},
        )
    return row
