import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Count

from accounts.models import Business
from booking import guard, rulebook
from booking.availability import Refusal, Slot
from booking.events import Event
from booking.lifecycle import Status
from booking.locking import locked_resources
from booking.models import Booking, Claim, Client, Service, Session
from booking.operations.errors import (
    BookingClosed,
    IdempotencyMismatch,
    SlotTaken,
    SlotUnavailable,
)
from booking.operations.record import Actor, record_change
from booking.rulebook import Rulebook
from config.core import clock

logger = logging.getLogger(__name__)
MAX_CANDIDATES = 3
# Reasons that arise when somebody else was quicker; all others were there before.
_LOST = frozenset({Refusal.CLAIMED, Refusal.BUFFER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the client gave: validated text, `phone` in E.164, `timezone` an IANA name.

    `answers` are `{"key", "label", "value"}` in the order asked.
    """

    name: str
    email: str = ""
    phone: str = ""
    notes: str = ""
    timezone: str = "UTC"
    answers: list[dict[str, str]] = field(default_factory=list)


def book(
    *,
    service: Service,
    start: datetime,
    details: Details,
    actor: Actor,
    provider_id: int | None = None,
    idempotency_key: str | None = None,
) -> Booking:
    """Sell the time to the client: pending where approval is needed, else confirmed.

    With no provider asked for, a free one is chosen: the one with the fewest sessions in that
    week, then by priority; a provider lost to somebody quicker is followed by the next. The same
    `idempotency_key` again gives the same booking. Raises `SlotTaken`, `SlotUnavailable`,
    `BookingClosed`, `IdempotencyMismatch`, `TryAgain`; then nothing has changed.
    """
    business = service.business
    digest = _digest(service, start, provider_id, details)
    if earlier := _earlier(business, idempotency_key, digest):
        return earlier
    _check_open(business, service, actor)
    rules = rulebook.compile_rulebook(business)
    for chosen in _candidates(rules, service, start, provider_id):
        try:
            with locked_resources([chosen], now=clock.now()):
                _check_again(rules, service, start, chosen)
                return _write(
                    rules, service, start, chosen, details, actor, idempotency_key, digest
                )
        except SlotTaken:
            continue
        except IntegrityError as error:
            if earlier := _earlier(business, idempotency_key, digest):
                return earlier
            if guard.NAME not in str(error):
                raise
            logger.exception("the guard refused what the rule had let through")
    if earlier := _earlier(business, idempotency_key, digest):
        return earlier
    raise SlotTaken(_alternatives(rules, service, start, provider_id))


def _earlier(business: Business, key: str | None, digest: str) -> Booking | None:
    if key is None:
        return None
    booking = Booking.objects.for_business(business).filter(idempotency_key=key).first()
    if booking and booking.request_digest != digest:
        raise IdempotencyMismatch
    return booking


def _digest(service: Service, start: datetime, provider_id: int | None, details: Details) -> str:
    body = [service.pk, start.timestamp(), provider_id, asdict(details)]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _check_open(business: Business, service: Service, actor: Actor) -> None:
    """Clients are turned away while booking is closed; staff still can."""
    if actor.user is None and not (settings.BOOKING_ENABLED and business.settings.is_active):
        raise BookingClosed(business.settings.paused_message)
    if not service.is_active:
        raise BookingClosed("This service cannot be booked any more.")


def _candidates(
    rules: Rulebook, service: Service, start: datetime, provider_id: int | None
) -> list[int]:
    """Providers who can take the start, the best first. Raises when there is none."""
    refused = rulebook.refusals_by_provider(
        rules, service, start=start, now=clock.now(), provider_id=provider_id
    )
    free = [pk for pk, reasons in refused.items() if not reasons]
    if free:
        return _fairest_first(free, start, rules.timezone)[:MAX_CANDIDATES]
    alternatives = _alternatives(rules, service, start, provider_id)
    if any(reasons <= _LOST for reasons in refused.values()):
        raise SlotTaken(alternatives)
    raise SlotUnavailable(frozenset().union(*refused.values()), alternatives)


def _fairest_first(ids: list[int], start: datetime, timezone: str) -> list[int]:
    """`ids`, which come by priority, with the least busy of that week first."""
    if len(ids) < 2:
        return ids
    monday, next_monday = rulebook.week_of(start, timezone)
    counts = dict(
        Session.objects.filter(provider__in=ids, starts_at__gte=monday, starts_at__lt=next_monday)
        .values_list("provider")
        .annotate(Count("pk"))
    )
    return sorted(ids, key=lambda pk: counts.get(pk, 0))


def _alternatives(
    rules: Rulebook, service: Service, start: datetime, provider_id: int | None
) -> list[Slot]:
    return rulebook.nearest_slots(
        rules, service, start=start, now=clock.now(), provider_id=provider_id
    )


def _check_again(rules: Rulebook, service: Service, start: datetime, provider_id: int) -> None:
    """Ask the engine once more, under the lock."""
    refused = rulebook.refusals_by_provider(
        rules, service, start=start, now=clock.now(), provider_id=provider_id
    )
    if refused[provider_id]:
        raise SlotTaken


def _write(
    rules: Rulebook,
    service: Service,
    start: datetime,
    provider_id: int,
    details: Details,
    actor: Actor,
    idempotency_key: str | None,
    digest: str,
) -> Booking:
    now = clock.now()
    business = service.business
    session = _take(rules, service, start, provider_id)
    approval = service.requires_approval
    pending = business.settings.requires_approval if approval is None else approval
    booking = Booking.objects.create(
        business=business,
        client=_client(business, details),
        service=service,
        provider_id=provider_id,
        session=session,
        status=Status.PENDING if pending else Status.CONFIRMED,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=details.timezone,
        client_name=details.name,
        client_email=details.email,
        client_phone=details.phone,
        notes=details.notes,
        answers=details.answers,
        location=service.location or business.address,
        price_amount=service.price_amount,
        currency=business.currency,
        source=actor.source,
        created_by=actor.user,
        created_at=now,
        updated_at=now,
        confirmed_at=None if pending else now,
        idempotency_key=idempotency_key,
        request_digest=digest,
    )
    record_change(
        booking,
        Event.REQUESTED if pending else Event.CONFIRMED,
        actor=actor,
        now=now,
        before={},
        after={"status": booking.status, "starts_at": booking.starts_at.isoformat()},
    )
    return booking


def _take(rules: Rulebook, service: Service, start: datetime, provider_id: int) -> Session:
    """A session of one spot with the provider's claim: the row that the guard watches."""
    sold = rules.services[service.pk]
    ends_at = start + timedelta(minutes=sold.duration_minutes)
    session = Session.objects.create(
        business=service.business,
        service=service,
        provider_id=provider_id,
        starts_at=start,
        ends_at=ends_at,
        spots_taken=1,
    )
    Claim.objects.create(
        session=session,
        resource_id=provider_id,
        starts_at=start,
        ends_at=ends_at,
        buffer_before_minutes=sold.buffer_before_minutes,
        buffer_after_minutes=sold.buffer_after_minutes,
    )
    return session


def _client(business: Business, details: Details) -> Client:
    """The client known by this e-mail, or by this phone when there is no e-mail; else a new one."""
    known = (
        {"email__iexact": details.email} if details.email else {"email": "", "phone": details.phone}
    )
    client, _ = Client.objects.get_or_create(
        business=business,
        **known,
        defaults={"name": details.name, "email": details.email, "phone": details.phone},
    )
    return client
