"""A move that needs approval: the booking stays where it is, and the new time is kept beside it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking import locking
from booking.events import Event
from booking.lifecycle import InvalidTransition, Status
from booking.locking import lock_bookings, locked_booking
from booking.models import Booking, Hold, HoldPurpose
from booking.offers import Choice
from booking.operations.book import check_open
from booking.operations.errors import HoldExpired
from booking.operations.move import check_movable, is_there
from booking.operations.place import check_unmoved, place_of, renew_links, settle
from booking.operations.record import Actor, record_change
from booking.operations.release import end_hold, end_if_empty, free_spots, renew_claims
from booking.operations.take import occupy, take
from booking.rulebook import Rulebook
from booking.wish import Wish, keeps, own_of, wish_of
from config.core import clock


def request_move(
    *,
    booking: Booking,
    start: datetime,
    actor: Actor,
    provider_id: int | None = None,
    session_id: int | None = None,
) -> Booking:
    """Ask for another time for a confirmed booking; one asked for before is given up for it.

    It is kept until it is answered, for as long as a request waits, at most until either start.
    Raises as `move_booking` does; then nothing has changed.
    """
    rows = Booking.objects.select_related("business__settings", "service")
    known = rows.get(pk=booking.pk)
    known.service.business = known.business
    # Its own time is not given up yet, so it stands in the way of what overlaps it; the time that
    # was asked for before is.
    earlier = requested_move(known)
    own = own_of(earlier) if earlier else None
    wish = replace(wish_of(known), own=own, provider_id=provider_id, session_id=session_id)
    check_movable(known, actor)
    check_open(wish, actor)
    if is_there(known, wish, start) or (earlier and keeps(earlier, wish, start)):
        return known
    asked = _Request(known, wish, start, actor)
    return take(wish, start=start, give_up=asked.give_up, write=asked.write)


def approve_move(*, booking: Booking, actor: Actor) -> Booking:
    """Move the booking to the time that its client asked for.

    Raises `HoldExpired` when nobody waits for an answer any more, and `InvalidTransition`.
    """
    asked = requested_move(booking)
    if asked is None:
        raise HoldExpired(NOBODY_WAITS)
    with locking.locked_resources([asked.session.provider_id, booking.provider_id]):
        [row] = lock_bookings(Booking.objects.filter(pk=booking.pk))
        check_movable(row, actor)
        now = clock.now()
        kept, _ = Hold.objects.live(now).filter(pk=asked.pk).delete()
        if not kept:
            raise HoldExpired(NOBODY_WAITS)
        before, left = place_of(row), row.session_id
        if left is not None:
            free_spots(left, spots=row.spots)
        renew_links(row)
        settle(row, asked.session, now=now, written=["link_version"])
        if left is not None:
            end_if_empty(left)
        renew_claims(asked.session_id)
        record_change(row, Event.MOVED, actor=actor, now=now, before=before, after=place_of(row))
    return row


def decline_move(*, booking: Booking, reason: str, actor: Actor) -> Booking:
    """Leave the booking where it is; `reason` is sent to the client and may be empty.

    Raises `HoldExpired` when nobody waits for an answer any more.
    """
    with locked_booking(booking) as row:
        asked = requested_move(row)
        if asked is None or not end_wish(asked, row, reason=reason, actor=actor):
            raise HoldExpired(NOBODY_WAITS)
    return row


def end_wish(asked: Hold, row: Booking, *, reason: str, actor: Actor) -> bool:
    """Give the wished time back and tell of it, in the caller's transaction.

    False: it had ended before.
    """
    wished = asked.session.starts_at.isoformat()
    if not end_hold(asked):
        return False
    record_change(
        row,
        Event.MOVE_DECLINED,
        actor=actor,
        now=clock.now(),
        before={"starts_at": wished},
        after={"starts_at": row.starts_at.isoformat(), "reason": reason},
    )
    return True


NOBODY_WAITS = "Nobody waits for an answer about a new time any more."


def requested_move(booking: Booking) -> Hold | None:
    """The time that the client has asked to move to, as long as it is kept."""
    holds = Hold.objects.live(clock.now()).filter(booking=booking, purpose=HoldPurpose.MOVE)
    return holds.select_related("session__provider").first()


@dataclass(slots=True)
class _Request:
    """What happens under the lock; `known` is the booking as it was read before."""

    known: Booking
    wish: Wish
    start: datetime
    actor: Actor

    def give_up(self) -> None:
        [row] = lock_bookings(Booking.objects.filter(pk=self.known.pk))
        check_movable(row, self.actor)
        check_unmoved(row, self.known)
        if row.status != Status.CONFIRMED:
            raise InvalidTransition("Only what is confirmed waits for a new time.")
        for earlier in row.holds.filter(purpose=HoldPurpose.MOVE):
            end_hold(earlier)

    def write(self, rules: Rulebook, choice: Choice) -> Booking:
        now = clock.now()
        answered_by = now + timedelta(minutes=rules.pending_expiry_minutes)
        until = min(answered_by, self.start, self.known.starts_at)
        session = occupy(rules, self.wish, self.start, choice, until=until)
        Hold.objects.create(
            session=session,
            purpose=HoldPurpose.MOVE,
            booking=self.known,
            spots=self.known.spots,
            expires_at=until,
        )
        if choice.session_id is not None:
            renew_claims(session.pk)
        record_change(
            self.known,
            Event.MOVE_REQUESTED,
            actor=self.actor,
            now=now,
            before=place_of(self.known),
            after={
                "starts_at": session.starts_at.isoformat(),
                "provider": session.provider.name,
            },
        )
        return self.known
