"""Never twice: choose outside the lock, take the lock, ask again, write."""

import logging
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError
from django.db.models import F

from booking import guard, locking, offers
from booking.availability import NoRoom, Reason, Refusal, ServiceRules, Slot, Way
from booking.models import Claim, Service, Session
from booking.offers import Choice
from booking.operations.errors import SlotTaken, SlotUnavailable
from booking.operations.expire import free_expired
from booking.rulebook import Rulebook, rulebook_of
from booking.wish import Wish
from config.core import clock
from config.core.errors import TryAgain
from config.core.prepared import insert

T = TypeVar("T")
NO_REFUSALS: frozenset[Refusal] = frozenset()
MAX_CANDIDATES = 8
# How often somebody who is not being booked just now is looked for, before waiting in line: whoever
# waits and loses knows that the time was sold to somebody else, and gets nearer the end.
IMPATIENT_CANDIDATES = 3
# Of how many of the fairest ways a loser tries some: all who lost look again at the same moment.
SPREAD = 4

logger = logging.getLogger(__name__)
# Reasons that arise when somebody else was quicker; all others were there before.
_LOST = frozenset({Refusal.CLAIMED, Refusal.BUFFER, Refusal.NO_SPOTS})


def take(
    wish: Wish,
    *,
    start: datetime,
    write: Callable[[Rulebook, Choice], T],
    ignoring: frozenset[Refusal] = NO_REFUSALS,
    give_up: Callable[[], object] = lambda: None,
    also: Collection[int] = (),
) -> T:
    """Find the fairest way to have the start, and `write` it while nobody else can take it.

    A way lost to somebody quicker is followed by one of the next best, at most eight in all: people
    who come at the same moment do not all queue for the same provider. `give_up` frees what the
    asker has already, in the same transaction: if the start cannot be had, it stays. `also` are
    resources of what is given up, to be locked with those that are chosen.
    Raises `SlotTaken`, `SlotUnavailable`, `TryAgain`, and whatever `write` raises; then nothing has
    changed.
    """
    business = wish.service.business
    for attempt in range(MAX_CANDIDATES):
        rules = rulebook_of(business)
        alike = _alike(_choose(rules, wish, start, ignoring))
        limited = if_limited(rules, wish)
        is_patient = len(alike) == 1 or attempt >= IMPATIENT_CANDIDATES
        locked = _locked_patiently if is_patient else _locked
        try:
            with locked(alike, attempt, limited=limited, also=also) as choice:
                # The rules may have changed since they were read outside the lock.
                rules = rules_now(wish, limited)
                _clear(rules, wish, start, choice)
                give_up()
                choice = _check_again(rules, replace(wish, own=None), start, choice, ignoring)
                return write(rules, choice)
        except (SlotTaken, SlotUnavailable):
            # The next look, outside the lock, says why, and what else there is.
            continue
        except TryAgain:
            if is_patient:
                raise
        except IntegrityError as error:
            if guard.NAME not in str(error):
                raise
            logger.exception("the guard refused what the rule had let through")
    raise SlotTaken(alternatives(rulebook_of(business), wish, start))


def check_offered(*, wish: Wish, start: datetime) -> None:
    """Raise as taking this start would: `SlotTaken`, `SlotUnavailable`. Changes nothing."""
    _choose(rulebook_of(wish.service.business), wish, start, NO_REFUSALS)


def occupy(
    rules: Rulebook, wish: Wish, start: datetime, choice: Choice, *, until: datetime | None
) -> Session:
    """Take the spots, under the lock: in a session that exists, or a new one with its claims.

    A new one takes its time until `until`, or for good when that is None. To one that was joined
    the caller adds what it is joined for, and calls `renew_claims`.
    """
    if choice.session_id is not None:
        return _join(choice.session_id, spots=wish.spots)
    return _open(rules, wish, start, choice, until=until)


def alternatives(rules: Rulebook, wish: Wish, start: datetime) -> list[Slot]:
    return offers.nearest_slots(rules, wish, start=start, now=clock.now())


def _choose(
    rules: Rulebook, wish: Wish, start: datetime, ignoring: frozenset[Refusal]
) -> list[Choice]:
    """The ways to take it, the fairest first. Raises when there is none."""
    answer = offers.choose(rules, wish, start=start, now=clock.now(), ignoring=ignoring)
    if answer.choices:
        return answer.choices
    others = alternatives(rules, wish, start)
    if any(_is_lost(way) for way in answer.refused):
        raise SlotTaken(others)
    codes = {reason.code for way in answer.refused for reason in way.reasons}
    raise SlotUnavailable(codes, others)


@contextmanager
def _locked(
    choices: list[Choice], attempt: int, *, limited: Service | None, also: Collection[int]
) -> Iterator[Choice]:
    """The fairest who is not being booked just now: that is better than waiting for the fairest."""
    if attempt:
        fairest = choices[: SPREAD**attempt]
        choices = secrets.SystemRandom().sample(fairest, len(fairest))
    ways = {choice.resource_ids: choice for choice in choices}
    with locking.locked_one_of(list(ways), limited=limited, also=also) as way:
        yield ways[way]


@contextmanager
def _locked_patiently(
    choices: list[Choice], attempt: int, *, limited: Service | None, also: Collection[int]
) -> Iterator[Choice]:
    choice = secrets.choice(choices[: SPREAD**attempt])
    with locking.locked_resources([*choice.resource_ids, *also], limited=limited):
        yield choice


def _alike(choices: list[Choice]) -> list[Choice]:
    """The fairest way, and the others of its kind: sessions to join, or new ones by the rules."""
    first = choices[0]
    kind = (first.session_id is None, first.ignored)
    return [choice for choice in choices if (choice.session_id is None, choice.ignored) == kind]


def _is_lost(way: Way) -> bool:
    """Whether it was somebody quicker; others may fill a session, but never a new one."""
    codes = {reason.code for reason in way.reasons}
    is_too_large = way.session_id is None and Refusal.NO_SPOTS in codes
    return not is_too_large and all(map(_is_taken, way.reasons))


def _is_taken(reason: Reason) -> bool:
    """Of rooms: whether one of them would be free without those who were quicker."""
    if isinstance(reason, NoRoom):
        return any(all(map(_is_taken, member.reasons)) for member in reason.members)
    return reason.code in _LOST


def _check_again(
    rules: Rulebook, wish: Wish, start: datetime, choice: Choice, ignoring: frozenset[Refusal]
) -> Choice:
    """Ask the engine once more, under the lock; a session that has begun meanwhile is joined.

    One that was to be joined and has ended is lost, as what somebody else has taken is: others may
    be free.
    """
    now = clock.now()
    answer = offers.choose(rules, wish, start=start, now=now, ignoring=ignoring, only=choice)
    if answer.choices:
        return answer.choices[0]
    raise SlotTaken if answer.refused or choice.session_id else SlotUnavailable


def rules_now(wish: Wish, limited: Service | None) -> Rulebook:
    """The rules under the lock. Raises `SlotUnavailable` where they ask for another lock."""
    rules = rulebook_of(wish.service.business)
    if if_limited(rules, wish) != limited:
        raise SlotUnavailable
    return rules


def if_limited(rules: Rulebook, wish: Wish) -> Service | None:
    """The service, where its sessions are counted: two providers could each take the last one."""
    offered = rules.services.get(wish.service.pk)
    return wish.service if offered and offered.limits.by_period() else None


def _clear(rules: Rulebook, wish: Wish, start: datetime, choice: Choice) -> None:
    """What has expired gives way; a request that is being approved just now is waited for."""
    if wish.service.pk in rules.services:
        ends_at = start + timedelta(minutes=offers.duration_of(rules, wish))
        free_expired(choice.resource_ids, starts_at=start, ends_at=ends_at, now=clock.now())


def _join(session_id: int, *, spots: int) -> Session:
    rows = Session.objects.filter(pk=session_id, spots_taken__lte=F("capacity") - spots)
    if not rows.update(spots_taken=F("spots_taken") + spots):
        raise SlotTaken
    return Session.objects.select_related("provider").get(pk=session_id)


def _open(
    rules: Rulebook, wish: Wish, start: datetime, choice: Choice, *, until: datetime | None
) -> Session:
    """A session of its own, with a claim for everybody and everything: what the guard watches."""
    sold = rules.services[wish.service.pk]
    session = Session(
        business=wish.service.business,
        service=wish.service,
        provider=rules.resources[choice.provider_id],
        starts_at=start,
        ends_at=start + timedelta(minutes=offers.duration_of(rules, wish)),
        capacity=sold.capacity,
        spots_taken=wish.spots,
    )
    insert(session)
    claim(session, choice.resource_ids, sold, until=until)
    return session


def claim(
    session: Session,
    resource_ids: tuple[int, ...],
    sold: ServiceRules,
    *,
    until: datetime | None = None,
) -> None:
    """Take the time of each resource for the session, with the buffers as they are sold."""
    claims = (
        Claim(
            session=session,
            resource_id=pk,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            buffer_before_minutes=sold.buffer_before_minutes,
            buffer_after_minutes=sold.buffer_after_minutes,
            expires_at=until,
        )
        for pk in sorted(resource_ids)
    )
    insert(*claims)
