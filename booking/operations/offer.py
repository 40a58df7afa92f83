"""Other times for a request: kept for its client until the request ends, and taken by one POST."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError

from booking import guard, locking, offers
from booking.events import Event
from booking.lifecycle import InvalidTransition, Status
from booking.models import Booking, Hold, HoldPurpose, Session
from booking.offers import Choice
from booking.operations.book import check_open
from booking.operations.errors import HoldExpired, OfferLost, PolicyViolation
from booking.operations.expire import free_expired
from booking.operations.place import place_of, settle
from booking.operations.record import Actor, record_change
from booking.operations.release import end_kept, give_back, renew_claims
from booking.operations.take import if_limited, occupy, rules_now
from booking.rulebook import Rulebook, rulebook_of
from booking.times import read_clock
from booking.wish import Wish, wish_of
from config.core import clock

MAX_OFFERS = 3


def offer_times(
    *,
    booking: Booking,
    starts: Collection[datetime],
    actor: Actor,
    provider_id: int | None = None,
    message: str = "",
) -> list[Hold]:
    """Keep up to three other times for the client of a request, and tell of them.

    Earlier offers are given back for these. All are kept, or none: a letter that offers less than
    was chosen is not what staff have decided. Without a provider anybody will do. Raises
    `OfferLost`, which names the time that cannot be had, `PolicyViolation`, `InvalidTransition` and
    `TryAgain`; then nothing has changed.
    """
    booking = Booking.objects.select_related("service__business").get(pk=booking.pk)
    wish = replace(wish_of(booking), provider_id=provider_id, own=None)
    _check_count(starts)
    check_open(wish, actor)
    rules = rulebook_of(booking.business)
    limited = if_limited(rules, wish)
    resource_ids = _all_resources(rules, wish, starts)
    try:
        with locking.locked_resources(resource_ids, limited=limited):
            # The rules may have changed since they were read outside the lock.
            rules = rules_now(wish, limited)
            for start in starts:
                ends_at = start + timedelta(minutes=booking.duration_minutes)
                free_expired(resource_ids, starts_at=start, ends_at=ends_at, now=clock.now())
            [row] = locking.lock_bookings(Booking.objects.filter(pk=booking.pk))
            _check_waits(row)
            end_kept(row)
            holds = [_keep(rules, wish, row, start) for start in sorted(set(starts))]
            _tell_offered(row, holds, message=message, actor=actor)
    except IntegrityError as error:
        if guard.NAME not in str(error):
            raise
        raise OfferLost from error
    return holds


def accept_offer(*, booking: Booking, start: datetime, actor: Actor) -> Booking:
    """Move a request to a time that was offered for it, and confirm it, in one transaction.

    It keeps its reference and uuid; what it had before and the other offers are given back. Doing
    it again changes nothing. Raises `HoldExpired` for a time that is not kept for it any more, and
    `InvalidTransition` for anything but a request that still waits; then nothing has changed.
    """
    offer = booking.holds.offers().filter(session__starts_at=start).select_related("session")
    hold = offer.first()
    with locking.locked_resources([hold.session.provider_id, booking.provider_id] if hold else []):
        [row] = locking.lock_bookings(Booking.objects.filter(pk=booking.pk))
        if row.status == Status.CONFIRMED and row.starts_at == start:
            return row
        _check_waits(row)
        if hold is None or not Hold.objects.live(clock.now()).filter(pk=hold.pk).delete()[0]:
            raise HoldExpired
        session = Session.objects.select_related("provider").get(pk=hold.session_id)
        _move_and_confirm(row, session, actor)
    return row


def _check_count(starts: Collection[datetime]) -> None:
    if not 1 <= len(set(starts)) <= MAX_OFFERS:
        raise PolicyViolation(f"Choose one to {MAX_OFFERS} times.")


def _check_waits(row: Booking) -> None:
    status = row.present_status
    if status != Status.PENDING:
        raise InvalidTransition(f"This booking is {status.label.lower()}.")


def _all_resources(rules: Rulebook, wish: Wish, starts: Collection[datetime]) -> set[int]:
    """Everybody and everything that could be chosen: with all of them locked, whoever is chosen
    stays free, and none is locked after the booking.
    """
    pk = wish.service.pk
    things = {thing for group in rules.groups.get(pk, ()) for thing in group.resource_ids}
    sessions = Session.objects.filter(service=pk, starts_at__in=starts)
    return {
        *rules.providers.get(pk, ()),
        *things,
        *sessions.values_list("provider_id", flat=True),
    }


def _keep(rules: Rulebook, wish: Wish, row: Booking, start: datetime) -> Hold:
    found = offers.choose(rules, wish, start=start, now=clock.now()).choices
    choice = next((choice for choice in found if not _is_asked_for(row, choice, start)), None)
    if choice is None:
        business = row.business
        raise OfferLost(str(read_clock(start, business.timezone, business.locale)))
    # Nobody can take a time that has begun.
    until = min(row.expires_at or start, start)
    session = occupy(rules, wish, start, choice, until=until)
    hold = Hold.objects.create(
        session=session,
        purpose=HoldPurpose.OFFER,
        booking=row,
        spots=wish.spots,
        expires_at=until,
    )
    if choice.session_id is not None:
        renew_claims(session.pk)
    return hold


def _is_asked_for(row: Booking, choice: Choice, start: datetime) -> bool:
    """Whether it is in the way of what was asked for: a request may take no time so far."""
    ends_at = start + (row.ends_at - row.starts_at)
    is_at_the_time = start < row.ends_at and row.starts_at < ends_at
    return choice.provider_id == row.provider_id and is_at_the_time


def _tell_offered(row: Booking, holds: list[Hold], *, message: str, actor: Actor) -> None:
    starts = [hold.session.starts_at.isoformat() for hold in holds]
    record_change(
        row,
        Event.OFFERED,
        actor=actor,
        now=clock.now(),
        before={},
        after={"offered": ", ".join(starts), "message": message},
    )


def _move_and_confirm(row: Booking, session: Session, actor: Actor) -> None:
    now, before, left_id = clock.now(), _facts(row), row.session_id
    offered = row.history.filter(event=Event.OFFERED).select_related("actor").last()
    row.status = Status.CONFIRMED
    row.confirmed_at = row.approved_at = now
    row.approved_by = offered.actor if offered else None
    written = ["status", "confirmed_at", "approved_at", "approved_by"]
    settle(row, session, now=now, written=written)
    give_back(left_id, spots=row.spots)
    end_kept(row)
    renew_claims(session.pk)
    record_change(row, Event.OFFER_ACCEPTED, actor=actor, now=now, before=before, after=_facts(row))


def _facts(row: Booking) -> dict[str, str]:
    return {"status": row.status, **place_of(row)}
