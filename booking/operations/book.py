import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from accounts.models import Business
from booking import guard, locking, offers
from booking.availability import Refusal, Slot
from booking.closures import closure_of, closure_of_service
from booking.events import Event
from booking.lifecycle import Status
from booking.models import ActorKind, Booking, Claim, Client, Service, Session, Source
from booking.operations.errors import (
    BookingClosed,
    IdempotencyMismatch,
    PolicyViolation,
    SlotTaken,
    SlotUnavailable,
)
from booking.operations.expire import free_expired
from booking.operations.record import Actor, record_change
from booking.rulebook import Rulebook, rulebook_of
from config.core import clock

logger = logging.getLogger(__name__)
MAX_CANDIDATES = 3
MAX_UNANSWERED = 3
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    service: Service
    start: datetime
    provider_id: int | None
    details: Details
    actor: Actor
    idempotency_key: str | None

    @property
    def business(self) -> Business:
        return self.service.business

    @property
    def digest(self) -> str:
        """What tells a retry from another request with the same key."""
        asked = [self.service.pk, self.start.timestamp(), self.provider_id, asdict(self.details)]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


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
    week, then who has been free for longest, then by priority; a provider lost to somebody
    quicker is followed by the next, at most three in all. The same `idempotency_key` again gives
    the same booking. Raises `SlotTaken`, `SlotUnavailable`, `BookingClosed`, `PolicyViolation`,
    `IdempotencyMismatch`, `TryAgain`; then nothing has changed.
    """
    order = _Order(
        service=service,
        start=start,
        provider_id=provider_id,
        details=details,
        actor=actor,
        idempotency_key=idempotency_key,
    )
    if earlier := _earlier(order):
        return earlier
    _check_open(order)
    try:
        return _sell(order)
    except (SlotTaken, SlotUnavailable, PolicyViolation, IntegrityError):
        # Perhaps it was this very request, sent twice, that was quicker.
        if earlier := _earlier(order):
            return earlier
        raise


def check_offered(*, service: Service, start: datetime, provider_id: int | None = None) -> None:
    """Raise as `book` would for this start: `SlotTaken`, `SlotUnavailable`. Changes nothing."""
    order = _Order(
        service=service,
        start=start,
        provider_id=provider_id,
        details=Details(name=""),
        actor=Actor(kind=ActorKind.CLIENT, source=Source.WEB),
        idempotency_key=None,
    )
    _candidates(rulebook_of(order.business), order)


def _earlier(order: _Order) -> Booking | None:
    """The booking that this key has already made."""
    if order.idempotency_key is None:
        return None
    rows = Booking.objects.for_business(order.business)
    booking = rows.filter(idempotency_key=order.idempotency_key).first()
    if booking and booking.request_digest != order.digest:
        raise IdempotencyMismatch
    return booking


def _check_open(order: _Order) -> None:
    """Clients are turned away while booking is closed; staff still can book."""
    now, service = clock.now(), order.service
    closure = closure_of_service(service, now)
    if order.actor.kind == ActorKind.CLIENT:
        closure = closure_of(order.business, now) or closure
    elif service.is_active:
        return
    if closure:
        raise BookingClosed(f"{closure.headline}. {closure.text}".strip())


def _sell(order: _Order) -> Booking:
    rules = rulebook_of(order.business)
    for provider_id in _candidates(rules, order):
        try:
            with locking.locked_resources([provider_id], limited=_if_limited(rules, order)):
                # The rules may have changed since they were read outside the lock.
                rules = rulebook_of(order.business)
                _clear(rules, order, provider_id)
                _check_again(rules, order, provider_id)
                return _write(rules, order, provider_id)
        except SlotTaken:
            continue
        except IntegrityError as error:
            if guard.NAME not in str(error):
                raise
            logger.exception("the guard refused what the rule had let through")
    raise SlotTaken(_alternatives(rules, order))


def _candidates(rules: Rulebook, order: _Order) -> list[int]:
    """Providers who can take the start, the best first. Raises when there is none."""
    refused = _refusals(rules, order, order.provider_id)
    free = [pk for pk, reasons in refused.items() if not reasons]
    if free:
        fair = offers.fairest_first(rules, free, start=order.start, now=clock.now())
        return fair[:MAX_CANDIDATES]
    alternatives = _alternatives(rules, order)
    if any(reasons <= _LOST for reasons in refused.values()):
        raise SlotTaken(alternatives)
    raise SlotUnavailable(frozenset().union(*refused.values()), alternatives)


def _if_limited(rules: Rulebook, order: _Order) -> Service | None:
    """The service, where its sessions are counted: two providers could each take the last one."""
    return order.service if rules.services[order.service.pk].limits.by_period() else None


def _clear(rules: Rulebook, order: _Order, provider_id: int) -> None:
    """What has expired gives way; a request that is being approved just now is waited for."""
    if sold := rules.services.get(order.service.pk):
        ends_at = order.start + timedelta(minutes=sold.duration_minutes)
        free_expired([provider_id], starts_at=order.start, ends_at=ends_at, now=clock.now())


def _check_again(rules: Rulebook, order: _Order, provider_id: int) -> None:
    """Ask the engine once more, under the lock."""
    refused = _refusals(rules, order, provider_id)
    if provider_id not in refused:
        raise SlotUnavailable
    if refused[provider_id]:
        raise SlotTaken


def _refusals(
    rules: Rulebook, order: _Order, provider_id: int | None
) -> dict[int, frozenset[Refusal]]:
    return offers.refusals_by_provider(
        rules, order.service, start=order.start, now=clock.now(), provider_id=provider_id
    )


def _alternatives(rules: Rulebook, order: _Order) -> list[Slot]:
    return offers.nearest_slots(
        rules, order.service, start=order.start, now=clock.now(), provider_id=order.provider_id
    )


def _write(rules: Rulebook, order: _Order, provider_id: int) -> Booking:
    now, business, service = clock.now(), order.business, order.service
    pending = service.pk in rules.need_approval
    waiting = timedelta(minutes=rules.pending_expiry_minutes)
    expires_at = min(now + waiting, order.start) if pending else None
    client = _client(business, order.details)
    if pending and order.actor.kind == ActorKind.CLIENT:
        _check_unanswered(client, now)
    session = _take(rules, order, provider_id, expires_at=expires_at)
    booking = Booking.objects.create(
        business=business,
        client=client,
        service=service,
        provider_id=provider_id,
        session=session,
        status=Status.PENDING if pending else Status.CONFIRMED,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=order.details.timezone,
        client_name=order.details.name,
        client_email=order.details.email,
        client_phone=order.details.phone,
        notes=order.details.notes,
        answers=order.details.answers,
        location=service.location or business.address,
        price_amount=service.price_amount,
        currency=business.currency,
        source=order.actor.source,
        created_by=order.actor.user,
        created_at=now,
        updated_at=now,
        expires_at=expires_at,
        confirmed_at=None if pending else now,
        idempotency_key=order.idempotency_key,
        request_digest=order.digest,
    )
    record_change(
        booking,
        Event.REQUESTED if pending else Event.CONFIRMED,
        actor=order.actor,
        now=now,
        before={},
        after={"status": booking.status, "starts_at": booking.starts_at.isoformat()},
    )
    return booking


def _take(
    rules: Rulebook, order: _Order, provider_id: int, *, expires_at: datetime | None
) -> Session:
    """A session of one spot with the provider's claim: the row that the guard watches."""
    sold = rules.services[order.service.pk]
    ends_at = order.start + timedelta(minutes=sold.duration_minutes)
    session = Session.objects.create(
        business=order.business,
        service=order.service,
        provider_id=provider_id,
        starts_at=order.start,
        ends_at=ends_at,
        spots_taken=1,
    )
    Claim.objects.create(
        session=session,
        resource_id=provider_id,
        starts_at=order.start,
        ends_at=ends_at,
        buffer_before_minutes=sold.buffer_before_minutes,
        buffer_after_minutes=sold.buffer_after_minutes,
        expires_at=expires_at,
    )
    return session


def _check_unanswered(client: Client, now: datetime) -> None:
    """Nobody's mailbox, and no calendar, is to be filled with requests under one address."""
    locking.lock_rows(Client.objects.filter(pk=client.pk))
    if client.bookings.unanswered(now).count() >= MAX_UNANSWERED:
        raise PolicyViolation(
            "Several requests under this address still wait for an answer."
            " Please wait for it, or get in touch."
        )


def _client(business: Business, details: Details) -> Client:
    """The client known by this e-mail, or by this phone when there is no e-mail; else a new one."""
    clients = Client.objects.for_business(business)
    if details.email:
        # As the index is written: `iexact` would compare in upper case on PostgreSQL.
        clients = clients.filter(Exact(Lower("email"), details.email.lower()))
    else:
        clients = clients.filter(email="", phone=details.phone)
    client, _ = clients.get_or_create(
        defaults={
            "business": business,
            "name": details.name,
            "email": details.email,
            "phone": details.phone,
        }
    )
    return client
