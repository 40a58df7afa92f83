"""Another time, or another provider, for a booking that stays the same one.

It keeps its reference and its iCalendar UID; SEQUENCE is raised. Where a mail carries new links,
the older ones end. The old time is given up and the new one taken in one transaction, or nothing
changes.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accounts.models import Business
from booking.events import Event
from booking.lifecycle import InvalidTransition, Status
from booking.locking import lock_bookings
from booking.models import ActorKind, Booking
from booking.offers import Choice
from booking.operations.book import OVERRIDABLE, check_open
from booking.operations.errors import PolicyViolation
from booking.operations.place import check_unmoved, place_of, renew_links, settle
from booking.operations.record import Actor, Facts, record_change
from booking.operations.release import (
    end_if_empty,
    end_kept,
    free_spots,
    give_back,
    renew_claims,
)
from booking.operations.take import NO_REFUSALS, occupy, take
from booking.rulebook import Rulebook
from booking.wish import Wish, wish_of
from config.core import clock

MOVABLE = frozenset({Status.PENDING, Status.CONFIRMED})


def move_booking(
    *,
    booking: Booking,
    start: datetime,
    actor: Actor,
    provider_id: int | None = None,
    session_id: int | None = None,
    override: bool = False,
    tell_client: bool = True,
) -> Booking:
    """Move an open booking; to where it is already changes nothing.

    Without a provider the fairest way is taken. A client may do so until `reschedule_deadline()`,
    while the business takes bookings; staff always, and with `override` against its rules, but
    never into time that somebody else has. Raises `SlotTaken`, `SlotUnavailable`, `BookingClosed`,
    `PolicyViolation`, `InvalidTransition`, `TryAgain`; then nothing has changed.
    """
    rows = Booking.objects.select_related("business__settings", "service", "session")
    known = rows.get(pk=booking.pk)
    known.service.business = known.business
    wish = replace(wish_of(known), provider_id=provider_id, session_id=session_id)
    check_movable(known, actor)
    check_open(wish, actor)
    if is_there(known, wish, start):
        return known
    move = _Move(known, wish, start, actor, tell_client=tell_client)
    return take(
        wish,
        start=start,
        ignoring=OVERRIDABLE if override else NO_REFUSALS,
        give_up=move.give_up,
        # Two who change places would each wait for the session that the other leaves.
        also=[known.provider_id],
        write=move.write,
    )


def reschedule_deadline(booking: Booking) -> datetime:
    """The last instant at which the client may still move it by the link."""
    return reschedule_deadline_for(booking.starts_at, booking.business)


def reschedule_deadline_for(start: datetime, business: Business) -> datetime:
    return start - timedelta(minutes=business.settings.reschedule_notice_minutes)


@dataclass(slots=True)
class _Move:
    """What happens under the lock; `known` is the booking as it was read before."""

    known: Booking
    wish: Wish
    start: datetime
    actor: Actor
    tell_client: bool = field(kw_only=True)
    row: Booking | None = None

    def give_up(self) -> None:
        [row] = lock_bookings(Booking.objects.filter(pk=self.known.pk))
        check_movable(row, self.actor)
        check_unmoved(row, self.known)
        if row.session_id is not None:
            free_spots(row.session_id, spots=row.spots)
        end_kept(row)
        self.row = row

    def write(self, rules: Rulebook, choice: Choice) -> Booking:
        row, left = self._locked, self._locked.session_id
        is_firm = row.status == Status.CONFIRMED
        if not is_firm:
            row.expires_at = self._answer_by(rules)
        until = None if is_firm else row.expires_at
        session = occupy(rules, self.wish, self.start, choice, until=until)
        keeps_time = is_firm or row.service_id not in rules.requests_give_way
        before, now = place_of(row), clock.now()
        if self.tell_client:
            renew_links(row)
        settle(row, session, now=now, keeps_time=keeps_time, written=["link_version", "expires_at"])
        if left is not None:
            end_if_empty(left)
        if not keeps_time:
            give_back(session.pk, spots=row.spots)
        elif choice.session_id is not None:
            renew_claims(session.pk)
        said: Facts = {"overridden": ", ".join(choice.ignored)} if choice.ignored else {}
        record_change(
            row,
            Event.MOVED,
            actor=self.actor,
            now=now,
            before=before,
            after=place_of(row) | said,
            tell_client=self.tell_client,
        )
        return row

    def _answer_by(self, rules: Rulebook) -> datetime:
        """As if it had been asked for there; what has begun cannot wait for an answer."""
        if self.start <= clock.now():
            raise PolicyViolation("This time has begun. Please approve the request first.")
        waits = timedelta(minutes=rules.pending_expiry_minutes)
        return min(self._locked.created_at + waits, self.start)

    @property
    def _locked(self) -> Booking:
        if self.row is None:
            raise AssertionError("what the booking has is given up before anything is written")
        return self.row


def check_movable(booking: Booking, actor: Actor) -> None:
    """Raise `InvalidTransition`, or `PolicyViolation` for a client past the deadline."""
    now = clock.now()
    status = booking.status_at(now)
    if status not in MOVABLE:
        raise InvalidTransition(f"This booking is {status.label.lower()} and cannot be moved.")
    if actor.kind == ActorKind.CLIENT and now > reschedule_deadline(booking):
        raise PolicyViolation("It is too late to move it online. Please contact us.")


def is_there(booking: Booking, wish: Wish, start: datetime) -> bool:
    return (
        booking.starts_at == start
        and (wish.provider_id == booking.provider_id or _is_with_anybody(booking, wish))
        and wish.session_id in {None, booking.session_id}
    )


def _is_with_anybody(booking: Booking, wish: Wish) -> bool:
    """Whether anybody will do, and whoever gives it now still works here."""
    return wish.provider_id is None and booking.provider.is_active
