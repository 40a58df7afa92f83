"""Requests that nobody has answered end, and their time is free again.

Time is free for others from that moment on, because every reader compares with the clock; the
request itself is ended by the sweep each minute, or by whoever books the time before.
"""

import logging
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from booking.events import Event
from booking.lifecycle import InvalidTransition, Status
from booking.locking import lock_bookings, locked_booking
from booking.models import Booking, Claim, Hold, HoldPurpose, Session
from booking.operations.leave import leave
from booking.operations.record import BY_ITSELF, Actor, record_change
from booking.operations.release import end_hold
from config.core import clock
from config.core.errors import TryAgain
from config.core.prepared import Prepared, moment_param

logger = logging.getLogger(__name__)


def expire_booking(*, booking: Booking, actor: Actor = BY_ITSELF) -> Booking:
    """End a request whose time to be answered is over. Doing it again changes nothing.

    Raises `InvalidTransition` for anything else: it may have been answered a moment ago.
    """
    with locked_booking(booking) as row:
        if row.status == Status.EXPIRED:
            return row
        now = clock.now()
        if row.status_at(now) != Status.EXPIRED:
            raise InvalidTransition(f"This booking is {row.get_status_display().lower()}.")
        leave(row, Status.EXPIRED, event=Event.EXPIRED, actor=actor, now=now)
    return row


def expire_pending(*, actor: Actor = BY_ITSELF) -> list[Booking]:
    """End all requests whose time is over, each in a transaction of its own, the oldest first."""
    ended = []
    for booking in list(Booking.objects.lapsed(clock.now()).order_by("expires_at", "pk")):
        try:
            ended.append(expire_booking(booking=booking, actor=actor))
        except (InvalidTransition, TryAgain) as reason:
            # Answered meanwhile, or somebody has the lock: the next sweep looks again.
            logger.info("request %s is left: %s", booking.reference, reason)
        except Exception:
            # One that is broken must not keep all others waiting.
            logger.exception("request %s cannot be ended", booking.reference)
    return ended


def end_lapsed(hold: Hold, now: datetime) -> bool:
    """End a hold that is over; a move that nobody has answered is told of. False: it had ended."""
    asked_for = hold.session.starts_at.isoformat()
    ended = end_hold(hold)
    if ended and hold.purpose == HoldPurpose.MOVE and hold.booking:
        record_change(
            hold.booking,
            Event.MOVE_EXPIRED,
            actor=BY_ITSELF,
            now=now,
            before={"starts_at": asked_for},
            after={"starts_at": hold.booking.starts_at.isoformat()},
        )
    return ended


def free_expired(
    resource_ids: Collection[int], *, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    """Clear what has expired of `[starts_at, ends_at)` out of the way: the guard still sees it, and
    the count of spots.

    Part of the caller's transaction, which has the resources locked.
    """
    sessions = _sessions_with_expired(resource_ids, starts_at, ends_at, now)
    if not sessions:
        return
    # Bookings are locked before sessions, as by whoever leaves one.
    bookings = lock_bookings(Booking.objects.lapsed(now).filter(session__in=sessions))
    over = Hold.objects.filter(session__in=sessions, expires_at__lte=now)
    for hold in over.select_related("session"):
        end_lapsed(hold, now)
    for booking in bookings:
        # One that was approved while its lock was awaited keeps its time.
        if booking.status_at(now) == Status.EXPIRED:
            leave(booking, Status.EXPIRED, event=Event.EXPIRED, actor=BY_ITSELF, now=now)
    Session.objects.filter(pk__in=sessions, spots_taken=0, is_planned=False).delete()


def _sessions_with_expired(
    resource_ids: Collection[int], starts_at: datetime, ends_at: datetime, now: datetime
) -> set[int]:
    rows = _expired_of(tuple(resource_ids)).rows({"since": starts_at, "until": ends_at, "now": now})
    return {session_id for (session_id,) in rows}


# One for each set of people and things that is booked.
@lru_cache(maxsize=256)
def _expired_of(resource_ids: tuple[int, ...]) -> Prepared:
    now = moment_param("now")
    expired = Hold.objects.filter(session=OuterRef("session"), expires_at__lte=now)
    lapsed = Booking.objects.lapsed(now).filter(session=OuterRef("session"))
    claims = Claim.objects.filter(
        Q(expires_at__lte=now) | Exists(expired) | Exists(lapsed),
        resource__in=resource_ids,
        ends_at__gt=moment_param("since"),
        starts_at__lt=moment_param("until"),
    )
    return Prepared(claims.values_list("session_id"))
