"""Another time, or another provider, for a booking that stays the same one.

It keeps its reference and its iCalendar UID; SEQUENCE is raised, and so is the link version: older
links end. The old time is given up and the new one taken in one transaction, or nothing changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accounts.models import Business
from booking.events import Event
from booking.lifecycle import InvalidTransition, Status
from booking.locking import lock_bookings
from booking.models import ActorKind, Booking, Session
from booking.offers import Choice
from booking.operations.book import OVERRIDABLE, check_open
from booking.operations.errors import PolicyViolation
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
    if _is_there(known, wish, start):
        return known
    move = _Move(known, wish, start, actor, tell_client=tell_client)
    return take(
        wish,
        start=start,
        ignoring=OVERRIDABLE if override else NO_REFUSALS,
        give_up=move.give_up,
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
        if (row.session_id, row.starts_at) != (self.known.session_id, self.known.starts_at):
            raise InvalidTransition(
                "This booking has been moved meanwhile. Please look at its new time first."
            )
        if row.session_id is not None:
            free_spots(row.session_id, spots=row.spots)
        end_kept(row)
        self.row = row

    def write(self, rules: Rulebook, choice: Choice) -> Booking:
        row, left = self._locked, self._locked.session_id
        is_firm = row.status == Status.CONFIRMED
        if not is_firm:
            row.expires_at = min(row.expires_at or self.start, self.start)
        until = None if is_firm else row.expires_at
        session = occupy(rules, self.wish, self.start, choice, until=until)
        keeps_time = is_firm or row.service_id not in rules.requests_give_way
        before, now = place_of(row), clock.now()
        row.link_version += 1
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

    @property
    def _locked(self) -> Booking:
        if self.row is None:
            raise AssertionError("what the booking has is given up before anything is written")
        return self.row


def settle(
    row: Booking,
    session: Session,
    *,
    now: datetime,
    keeps_time: bool = True,
    written: Sequence[str] = (),
) -> None:
    """Write the booking into the session that was taken for it; `written` are fields that the
    caller has set.
    """
    row.session = session if keeps_time else None
    row.provider = session.provider
    row.starts_at, row.ends_at = session.starts_at, session.ends_at
    row.location = session.location or row.service.location or row.business.address
    # Calendars that know the booking see that it has moved (RFC 5545 §3.8.7.4).
    row.sequence += 1
    row.updated_at = now
    row.save(
        update_fields=[
            "session",
            "provider",
            "starts_at",
            "ends_at",
            "location",
            "sequence",
            "updated_at",
            *written,
        ]
    )


def check_movable(booking: Booking, actor: Actor) -> None:
    """Raise `InvalidTransition`, or `PolicyViolation` for a client past the deadline."""
    now = clock.now()
    status = booking.status_at(now)
    if status not in MOVABLE:
        raise InvalidTransition(f"This booking is {status.label.lower()} and cannot be moved.")
    if actor.kind == ActorKind.CLIENT and now > reschedule_deadline(booking):
        raise PolicyViolation("It is too late to move it online. Please contact us.")


def _is_there(booking: Booking, wish: Wish, start: datetime) -> bool:
    return (
        booking.starts_at == start
        and wish.provider_id in {None, booking.provider_id}
        and wish.session_id in {None, booking.session_id}
    )


def place_of(booking: Booking) -> Facts:
    return {"starts_at": booking.starts_at.isoformat(), "provider": booking.provider.name}
