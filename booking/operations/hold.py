"""Keeping a chosen time while its form is filled in."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from booking import locking
from booking.models import ActorKind, Hold, Source
from booking.offers import Choice
from booking.operations.book import check_open
from booking.operations.errors import HoldExpired, TooManyHolds
from booking.operations.expire import end_lapsed
from booking.operations.record import Actor
from booking.operations.release import end_hold, renew_claims
from booking.operations.take import occupy, take
from booking.rulebook import Rulebook, rulebook_of
from booking.wish import Wish, own_of
from config.core import clock
from config.core.errors import TryAgain

logger = logging.getLogger(__name__)
# What one browser can want: the time that is looked at, and one in another tab.
MAX_HOLDS = 2
_ANYBODY = Actor(kind=ActorKind.CLIENT, source=Source.WEB)


def place_hold(*, wish: Wish, start: datetime, holder: str, instead_of: Hold | None = None) -> Hold:
    """Keep the time for whoever knows the hold's public id, for the business's `hold_seconds`.

    `holder` is a digest of who asks; an earlier hold of theirs is given up for the new one. Raises
    as booking does, and `TooManyHolds`; then nothing has changed.
    """
    check_open(wish, _ANYBODY)
    return take(
        replace(wish, own=own_of(instead_of)) if instead_of else wish,
        start=start,
        give_up=lambda: instead_of and end_hold(instead_of),
        write=_writer(wish, start, holder),
    )


def _writer(wish: Wish, start: datetime, holder: str) -> Callable[[Rulebook, Choice], Hold]:
    def write(rules: Rulebook, choice: Choice) -> Hold:
        now = clock.now()
        until = now + timedelta(seconds=rules.hold_seconds)
        _check_few(holder, now)
        session = occupy(rules, wish, start, choice, until=until)
        hold = Hold.objects.create(
            session=session, holder=holder, spots=wish.spots, expires_at=until
        )
        if choice.session_id is not None:
            renew_claims(choice.session_id)
        return hold

    return write


def _check_few(holder: str, now: datetime) -> None:
    """Nobody fills a calendar with times that they only look at."""
    locking.lock_name(f"holds of {holder}")
    if Hold.objects.live(now).filter(holder=holder).count() >= MAX_HOLDS:
        raise TooManyHolds


def extend_hold(*, hold: Hold) -> Hold:
    """Keep it once more as long, from now on; a second time changes nothing.

    Raises `HoldExpired` when it has ended.
    """
    with locking.locked_resources([hold.session.provider_id]):
        now = clock.now()
        row = Hold.objects.live(now).filter(pk=hold.pk).select_related("session__business").first()
        if row is None:
            raise HoldExpired
        if not row.is_extended:
            seconds = rulebook_of(row.session.business).hold_seconds
            row.expires_at, row.is_extended = now + timedelta(seconds=seconds), True
            row.save(update_fields=["expires_at", "is_extended"])
            renew_claims(row.session_id)
    return row


def release_hold(*, hold: Hold) -> None:
    """Give the time back at once. Doing it again changes nothing."""
    with locking.locked_resources([hold.session.provider_id]):
        end_hold(hold)


def end_expired_holds() -> int:
    """Clear away holds that are over, and say how many; nobody waits for this to have happened."""
    over = Hold.objects.filter(expires_at__lte=clock.now()).select_related("session")
    return sum(_end_if_over(hold) for hold in list(over.order_by("pk")))


def _end_if_over(hold: Hold) -> bool:
    """False for one that was extended meanwhile, or has to wait for the next time."""
    try:
        with locking.locked_resources([hold.session.provider_id]):
            now = clock.now()
            is_over = Hold.objects.filter(pk=hold.pk, expires_at__lte=now).exists()
            return is_over and end_lapsed(hold, now)
    except TryAgain as reason:
        logger.info("hold %s is left: %s", hold.pk, reason)
        return False
