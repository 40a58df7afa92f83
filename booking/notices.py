"""From what happened to whom it is told: event → messages."""

import hashlib
from datetime import datetime, timedelta

from accounts.models import User
from booking import client_notices
from booking.contacts import addresses_to_tell, with_provider_before
from booking.events import CLIENT_SUBJECT_TYPE, SUBJECT_TYPE, Event
from booking.letters import STILL_TRUE, Template, compose, compose_to_client
from booking.lifecycle import Status
from booking.models import Booking
from config.core import clock
from notifications import letters, messages, outbox
from notifications.models import Audience, OutboxEvent

CLIENT_LETTERS = {
    Event.REQUESTED: Template.CLIENT_REQUESTED,
    Event.CONFIRMED: Template.CLIENT_CONFIRMED,
    Event.APPROVED: Template.CLIENT_CONFIRMED,
    Event.REJECTED: Template.CLIENT_REJECTED,
    Event.CANCELLED: Template.CLIENT_CANCELLED,
    Event.EXPIRED: Template.CLIENT_EXPIRED,
    Event.MOVED: Template.CLIENT_MOVED,
    Event.MOVE_REQUESTED: Template.CLIENT_MOVE_REQUESTED,
    Event.MOVE_DECLINED: Template.CLIENT_MOVE_DECLINED,
    Event.MOVE_EXPIRED: Template.CLIENT_MOVE_EXPIRED,
    Event.OFFERED: Template.CLIENT_OFFERED,
    Event.OFFER_ACCEPTED: Template.CLIENT_CONFIRMED,
}
OWNER_LETTERS = {
    Event.REQUESTED: Template.OWNER_REQUESTED,
    Event.CONFIRMED: Template.OWNER_CONFIRMED,
    Event.APPROVED: Template.OWNER_CONFIRMED,
    Event.CANCELLED: Template.OWNER_CANCELLED,
    Event.EXPIRED: Template.OWNER_EXPIRED,
    Event.MOVED: Template.OWNER_MOVED,
    Event.MOVE_REQUESTED: Template.OWNER_MOVE_REQUESTED,
    Event.OFFER_ACCEPTED: Template.OWNER_OFFER_ACCEPTED,
}
# What an event makes pointless, although the booking stays in the state that it was in.
OUTDATED = {
    Event.OFFERED: [Template.OWNER_REQUESTED, Template.OWNER_NUDGE, Template.CLIENT_OFFERED],
    Event.MOVED: [
        Template.CLIENT_MOVE_REQUESTED,
        Template.OWNER_MOVE_REQUESTED,
        Template.CLIENT_MOVE_DECLINED,
        Template.CLIENT_MOVE_EXPIRED,
    ],
}
# A nudge that comes sooner than this is no reminder.
SOONEST_NUDGE = timedelta(minutes=15)


def register() -> None:
    outbox.register_handler("notices", tell)
    letters.register_composer(SUBJECT_TYPE, compose)
    letters.register_composer(CLIENT_SUBJECT_TYPE, compose_to_client)


def tell(event: OutboxEvent) -> None:
    """Plan the messages of one event; those that still wait and are no longer true are dropped."""
    if event.subject_type == CLIENT_SUBJECT_TYPE:
        client_notices.tell(event)
    if event.subject_type != SUBJECT_TYPE:
        return
    rows = Booking.objects.select_related("business__settings", "provider")
    booking = rows.get(uuid=event.subject_id)
    outdated = [
        template for template, states in STILL_TRUE.items() if booking.present_status not in states
    ]
    outdated += OUTDATED.get(Event(event.name), [])
    messages.cancel(subject_type=SUBJECT_TYPE, subject_id=event.subject_id, templates=outdated)
    for audience, template, recipient in _recipients(event, booking):
        messages.plan(
            business=booking.business,
            dedup_key=f"{event.event_id}:{audience}:{_digest(recipient)}",
            audience=audience,
            template=template,
            recipient=recipient,
            subject_type=SUBJECT_TYPE,
            subject_id=event.subject_id,
            due_at=clock.now(),
        )
    if event.name == Event.REQUESTED:
        _plan_nudge(event, booking)


def _plan_nudge(event: OutboxEvent, booking: Booking) -> None:
    """Remind the business once, at half of the time that a request waits."""
    due_at = _half_time(booking)
    if due_at is None or due_at - clock.now() < SOONEST_NUDGE:
        return
    for address in addresses_to_tell(booking, actor=None):
        messages.plan(
            business=booking.business,
            dedup_key=f"{event.event_id}:nudge:{_digest(address)}",
            audience=Audience.OWNER,
            template=Template.OWNER_NUDGE,
            recipient=address,
            subject_type=SUBJECT_TYPE,
            subject_id=event.subject_id,
            due_at=due_at,
        )


def _half_time(booking: Booking) -> datetime | None:
    """None for what waits for no answer."""
    if booking.present_status != Status.PENDING or booking.expires_at is None:
        return None
    return booking.created_at + (booking.expires_at - booking.created_at) / 2


def _recipients(event: OutboxEvent, booking: Booking) -> list[tuple[Audience, Template, str]]:
    name = Event(event.name)
    found: list[tuple[Audience, Template, str]] = []
    # Events that were recorded by an earlier version do not say.
    is_to_tell = name in CLIENT_LETTERS and event.payload.get("tell_client", True)
    if is_to_tell and booking.client_email:
        found.append((Audience.CLIENT, CLIENT_LETTERS[name], booking.client_email))
    if name in OWNER_LETTERS:
        actor = _actor(name, booking)
        addresses = addresses_to_tell(booking, actor=actor)
        if name == Event.MOVED:
            addresses = with_provider_before(addresses, booking, actor=actor)
        found += [(Audience.OWNER, OWNER_LETTERS[name], address) for address in addresses]
    return found


def _actor(name: Event, booking: Booking) -> User | None:
    entry = booking.history.filter(event=name).select_related("actor").last()
    return entry.actor if entry else None


def _digest(recipient: str) -> str:
    return hashlib.sha256(recipient.encode()).hexdigest()[:16]
