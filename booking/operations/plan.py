"""Sessions that staff plan ahead, one by one or as a series, and what may be changed of them."""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError

from booking import guard, locking, offers
from booking.availability import Plan, Starts
from booking.models import Booking, Claim, Resource, Service, Session, SessionSeries
from booking.operations.errors import InUse, PlanRefused, PolicyViolation, SlotTaken
from booking.operations.expire import free_expired
from booking.operations.record import Actor
from booking.operations.take import claim
from booking.rulebook import Rulebook, rulebook_of
from booking.taken import moment
from booking.wish import Wish
from config.core import clock

logger = logging.getLogger(__name__)
ONE_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a planned session is offered; all of it may be changed later."""

    capacity: int
    is_bookable: bool = True
    booking_deadline_minutes: int = ONE_DAY
    location: str = ""


def plan_sessions(
    *,
    service: Service,
    provider: Resource,
    starts: Sequence[datetime],
    terms: Terms,
    actor: Actor,
    recurrence: str = "",
    override: bool = False,
) -> list[Session]:
    """Take the time of the provider, rooms and equipment for a session at every start, or at none.

    Opening hours, notice, horizon and limits do not bind them; with `override` only what is claimed
    does. `recurrence` is kept with the series that several sessions make. Raises `PlanRefused` with
    all that is in the way, `PolicyViolation`, `SlotTaken`, `TryAgain`; then nothing has changed.
    """
    things = _things(rulebook_of(service.business), service)
    resource_ids = {provider.pk, *things}
    wish = Wish(service=service, provider_id=provider.pk)
    try:
        with locking.locked_resources(resource_ids):
            # The rules may have changed since they were read outside the lock.
            rules = rulebook_of(service.business)
            _check_plannable(rules, wish, starts)
            last_end = max(starts) + timedelta(minutes=offers.duration_of(rules, wish))
            free_expired(resource_ids, starts_at=min(starts), ends_at=last_end, now=clock.now())
            plans = _find_ways(rules, wish, sorted(starts), things, override=override)
            sessions = _write(rules, wish, plans, terms, recurrence)
    except IntegrityError as error:
        if guard.NAME not in str(error):
            raise
        logger.exception("the guard refused what the rule had let through")
        raise SlotTaken from error
    by = actor.user.pk if actor.user else actor.kind
    logger.info("%d sessions of service %s planned by %s", len(sessions), service.pk, by)
    return sessions


def change_session(*, session: Session, terms: Terms) -> None:
    """Offer a planned session otherwise. Raises `InUse` for fewer places than are taken, and
    `PolicyViolation` for one that does not take place any more.
    """
    rows = Session.objects.filter(pk=session.pk)
    if rows.filter(spots_taken__lte=terms.capacity).update(**asdict(terms)):
        return
    row = rows.first()
    if row is None:
        raise PolicyViolation("This session does not take place any more.")
    raise InUse(f"{_places(row.spots_taken)} taken already.")


def delete_session(*, session: Session) -> None:
    """Take an empty one off the calendar. Raises `InUse` while somebody is in it."""
    with locked_session(session) as row:
        if row is None:
            return
        requests = Booking.objects.of_session(row, clock.now()).filter(session__isnull=True)
        if taken := row.spots_taken + sum(requests.values_list("spots", flat=True)):
            raise InUse(f"{_places(taken)} taken or asked for: cancel the session instead.")
        row.delete()


@contextmanager
def locked_session(session: Session) -> Iterator[Session | None]:
    """One transaction that has the session to itself, without what has expired; None: it is gone.

    Whoever joins, leaves or keeps a place has its provider locked.
    """
    claimed = Claim.objects.filter(session=session.pk).values_list("resource_id", flat=True)
    resource_ids = {session.provider_id, *claimed}
    with locking.locked_resources(resource_ids):
        now = clock.now()
        free_expired(resource_ids, starts_at=session.starts_at, ends_at=session.ends_at, now=now)
        yield Session.objects.filter(pk=session.pk).first()


def _things(rules: Rulebook, service: Service) -> set[int]:
    """Every room and piece of equipment that could be chosen."""
    groups = rules.groups.get(service.pk, ())
    return {pk for group in groups for pk in group.resource_ids}


def _check_plannable(rules: Rulebook, wish: Wish, starts: Sequence[datetime]) -> None:
    service = rules.services.get(wish.service.pk)
    if service is None or (service.starts != Starts.PLANNED and service.capacity == 1):
        raise PolicyViolation(
            "Sessions can be planned of a service that only starts when one is planned, or that"
            " several can come to."
        )
    if wish.provider_id not in rules.providers.get(wish.service.pk, ()):
        raise PolicyViolation("This person does not offer the service.")
    if not starts or min(starts) <= clock.now():
        raise PolicyViolation("Sessions can only be planned for times to come.")


def _find_ways(
    rules: Rulebook,
    wish: Wish,
    starts: Sequence[datetime],
    things: Collection[int],
    *,
    override: bool,
) -> list[Plan]:
    """What each session takes. Raises `PlanRefused` unless all of them can be."""

    def ask(*, override: bool) -> list[Plan]:
        return offers.plan(
            rules, wish, starts, thing_ids=things, now=clock.now(), override=override
        )

    plans = ask(override=override)
    if refused := [(moment(plan.starts_at), plan.reasons) for plan in plans if plan.reasons]:
        could_be = not override and not any(plan.reasons for plan in ask(override=True))
        raise PlanRefused(refused, could_be_overridden=could_be)
    return plans


def _write(
    rules: Rulebook, wish: Wish, plans: Sequence[Plan], terms: Terms, recurrence: str
) -> list[Session]:
    business, sold = wish.service.business, rules.services[wish.service.pk]
    series = None
    if recurrence:
        series = SessionSeries.objects.create(business=business, recurrence=recurrence)
    sessions = Session.objects.bulk_create(
        Session(
            business=business,
            service=wish.service,
            provider_id=plan.resource_ids[0],
            starts_at=moment(plan.starts_at),
            ends_at=moment(plan.starts_at + sold.duration),
            is_planned=True,
            series=series,
            **asdict(terms),
        )
        for plan in plans
    )
    for session, plan in zip(sessions, plans, strict=True):
        claim(session, plan.resource_ids, sold)
    return sessions


def _places(count: int) -> str:
    return "1 place is" if count == 1 else f"{count} places are"
