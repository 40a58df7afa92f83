import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from django.db import IntegrityError

from accounts.models import Business
from booking import locking
from booking.availability import Refusal
from booking.closures import closure_of, closure_of_service
from booking.events import Event
from booking.lifecycle import Status
from booking.models import ActorKind, Booking, Client, Hold, Service, Session
from booking.models.settings import NoShowAction
from booking.offers import Choice
from booking.operations.clients import check_unanswered, count_no_shows, find_or_make_client
from booking.operations.errors import (
    BookingClosed,
    IdempotencyMismatch,
    PolicyViolation,
    SlotTaken,
    SlotUnavailable,
)
from booking.operations.record import Actor, record_change
from booking.operations.release import end_hold, give_back, renew_claims
from booking.operations.take import NO_REFUSALS, occupy, take
from booking.operations.trust import BY_RULE, is_trusted
from booking.rulebook import Rulebook, rulebook_of
from booking.wish import Wish, keeps, own_of
from config.core import clock
from config.core.prepared import insert

# What staff may decide otherwise: rules, but never time or spots that somebody else has.
OVERRIDABLE = frozenset(Refusal) - {
    Refusal.CLAIMED,
    Refusal.NO_ROOM,
    Refusal.NO_SPOTS,
    Refusal.NOT_PLANNED,
}


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
    wish: Wish
    start: datetime
    details: Details
    actor: Actor
    hold: Hold | None
    idempotency_key: str | None
    override: bool
    tell_client: bool
    is_trusted: bool

    @property
    def business(self) -> Business:
        return self.wish.service.business

    @property
    def digest(self) -> str:
        """What tells a retry from another request with the same key."""
        wish = self.wish
        asked = [
            wish.service.pk,
            wish.provider_id,
            wish.session_id,
            wish.duration_minutes,
            wish.spots,
            self.start.timestamp(),
            asdict(self.details),
        ]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def book(
    *,
    wish: Wish,
    start: datetime,
    details: Details,
    actor: Actor,
    hold: Hold | None = None,
    idempotency_key: str | None = None,
    override: bool = False,
    tell_client: bool = True,
    proof: Client | None = None,
) -> Booking:
    """Sell the time to the client: pending where clients need approval, else confirmed.

    Without a provider the fairest way is taken (rule 11). A `hold` that keeps just this time
    becomes the booking; any other is given up for it. With `override`, which is for staff, only
    what somebody else has stands in the way, and the history names the rules that were overridden.
    Without `tell_client` no mail goes to the client. `proof` is who the asker has proved to be by a
    signed link: where the rule for returning clients holds, no approval is needed. The same
    `idempotency_key` again gives the same booking. Raises `SlotTaken`, `SlotUnavailable`,
    `BookingClosed`, `PolicyViolation`, `IdempotencyMismatch`, `TryAgain`; then nothing has changed.
    """
    order = _Order(
        wish=wish,
        start=start,
        details=details,
        actor=actor,
        hold=hold,
        idempotency_key=idempotency_key,
        override=override,
        tell_client=tell_client,
        is_trusted=proof is not None and _is_proved(wish.service, proof, details),
    )
    try:
        check_open(wish, actor)
        return _sell(order)
    except (BookingClosed, SlotTaken, SlotUnavailable, PolicyViolation, IntegrityError):
        # Perhaps it was this very request, sent before, that has what it asks for. Not looked up
        # sooner: a key is hardly ever used twice, and no two bookings can have the same.
        if earlier := _earlier(order):
            return earlier
        raise


def _is_proved(service: Service, proof: Client, details: Details) -> bool:
    is_theirs = proof.business_id == service.business_id
    return is_theirs and is_trusted(proof, email=details.email, now=clock.now())


def check_open(wish: Wish, actor: Actor) -> None:
    """Raise `BookingClosed` for clients while booking is closed; staff still can book."""
    now, service = clock.now(), wish.service
    closure = closure_of_service(service, now)
    if actor.kind == ActorKind.CLIENT:
        closure = closure_of(service.business, now) or closure
    elif service.is_active:
        return
    if closure:
        raise BookingClosed(f"{closure.headline}. {closure.text}".strip())


def _earlier(order: _Order) -> Booking | None:
    """The booking that this key has already made."""
    if order.idempotency_key is None:
        return None
    rows = Booking.objects.for_business(order.business)
    booking = rows.filter(idempotency_key=order.idempotency_key).first()
    if booking and booking.request_digest != order.digest:
        raise IdempotencyMismatch
    return booking


def _sell(order: _Order) -> Booking:
    wish, hold = order.wish, order.hold
    if hold and (booking := _take_over(order, hold)):
        return booking
    return take(
        replace(wish, own=own_of(hold)) if hold else wish,
        start=order.start,
        ignoring=OVERRIDABLE if order.override else NO_REFUSALS,
        give_up=lambda: hold and end_hold(hold),
        write=lambda rules, choice: _write(rules, order, choice),
    )


def _take_over(order: _Order, hold: Hold) -> Booking | None:
    """Make a live hold of just this time a booking: it was checked when it was placed."""
    rules = rulebook_of(order.business)
    if order.wish.service.pk not in rules.services or not keeps(hold, order.wish, order.start):
        return None
    with locking.locked_resources([hold.session.provider_id]):
        kept, _ = Hold.objects.live(clock.now()).filter(pk=hold.pk).delete()
        if not kept:
            return None
        session = Session.objects.select_related("provider").get(pk=hold.session_id)
        booking = _record(rules, order, session, expires_at=_waits_until(rules, order))
        renew_claims(hold.session_id)
    return booking


def _write(rules: Rulebook, order: _Order, choice: Choice) -> Booking:
    until = _waits_until(rules, order)
    session = occupy(rules, order.wish, order.start, choice, until=until)
    booking = _record(rules, order, session, expires_at=until, overridden=choice.ignored)
    if choice.session_id is not None:
        renew_claims(choice.session_id)
    return booking


def _record(
    rules: Rulebook,
    order: _Order,
    session: Session,
    *,
    expires_at: datetime | None,
    overridden: tuple[Refusal, ...] = (),
) -> Booking:
    """The booking of spots that have been taken in the session, and what is to be told of it."""
    now, service, details = clock.now(), order.wish.service, order.details
    client_id = find_or_make_client(
        order.business, name=details.name, email=details.email, phone=details.phone
    )
    if expires_at:
        check_unanswered(client_id, now)
    booking = Booking(
        business=order.business,
        client_id=client_id,
        service=service,
        provider=session.provider,
        session=session,
        status=Status.PENDING if expires_at else Status.CONFIRMED,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        spots=order.wish.spots,
        timezone=details.timezone,
        client_name=details.name,
        client_email=details.email,
        client_phone=details.phone,
        notes=details.notes,
        answers=details.answers,
        location=session.location or service.location or order.business.address,
        price_amount=service.price_amount * order.wish.spots,
        currency=order.business.currency,
        source=order.actor.source,
        created_by=order.actor.user,
        created_at=now,
        updated_at=now,
        expires_at=expires_at,
        confirmed_at=None if expires_at else now,
        idempotency_key=order.idempotency_key,
        request_digest=order.digest,
    )
    if expires_at and service.pk in rules.requests_give_way:
        booking.session = None
    insert(booking)
    if booking.session is None:
        give_back(session.pk, spots=booking.spots)
    _tell(rules, order, booking, overridden)
    return booking


def _waits_until(rules: Rulebook, order: _Order) -> datetime | None:
    """Until when a client's request waits for its answer; None where none is needed.

    Raises `PolicyViolation` for a client who cannot book online.
    """
    if order.actor.kind != ActorKind.CLIENT:
        return None
    action = _action_on_no_shows(rules, order)
    if action == NoShowAction.REFUSE:
        raise PolicyViolation(_by_another_way(order.business))
    is_asked = order.wish.service.pk in rules.need_approval and not order.is_trusted
    if action != NoShowAction.APPROVE and not is_asked:
        return None
    return min(clock.now() + timedelta(minutes=rules.pending_expiry_minutes), order.start)


def _action_on_no_shows(rules: Rulebook, order: _Order) -> NoShowAction | None:
    """What follows now from the no-shows of whoever the order names, if anything does.

    Staff are warned of by those who tell them.
    """
    policy, details = rules.no_shows, order.details
    if policy is None or policy.action == NoShowAction.WARN:
        return None
    since = policy.counts_from(clock.now())
    missed = count_no_shows(order.business, email=details.email, phone=details.phone, since=since)
    return policy.action if missed >= policy.limit else None


def _by_another_way(business: Business) -> str:
    """Says nothing of why: whoever types an address need not be the one whose it is."""
    ways = []
    if business.phone:
        ways.append(f"call us on {business.phone}")
    if business.email:
        ways.append(f"write to {business.email}")
    asked = " or ".join(ways) or "get in touch with us"
    return f"We cannot take this booking online. Please {asked}, and we will find a time together."


def _tell(
    rules: Rulebook, order: _Order, booking: Booking, overridden: tuple[Refusal, ...]
) -> None:
    after = {"status": booking.status, "starts_at": booking.starts_at.isoformat()}
    if overridden:
        after["overridden"] = ", ".join(overridden)
    by_rule = order.is_trusted and order.wish.service.pk in rules.need_approval
    if by_rule and booking.status == Status.CONFIRMED:
        after |= BY_RULE
    record_change(
        booking,
        Event.REQUESTED if booking.status == Status.PENDING else Event.CONFIRMED,
        actor=order.actor,
        now=booking.created_at,
        before={},
        after=after,
        tell_client=order.tell_client,
    )
