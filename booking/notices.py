"""From what happened to whom it is told: event → messages."""

from accounts.models import Role, User
from booking.events import Event
from booking.letters import SUBJECT_TYPE, Template, compose
from booking.models import ActorKind, Booking
from config.core import clock
from notifications import letters, messages, outbox
from notifications.models import Audience, OutboxEvent

CLIENT_LETTERS = {
    Event.REQUESTED: Template.CLIENT_REQUESTED,
    Event.CONFIRMED: Template.CLIENT_CONFIRMED,
    Event.APPROVED: Template.CLIENT_CONFIRMED,
    Event.REJECTED: Template.CLIENT_REJECTED,
    Event.CANCELLED: Template.CLIENT_CANCELLED,
}
# The business knows what its own people did: only what others do is news to it.
OWNER_LETTERS = {
    Event.REQUESTED: Template.OWNER_REQUESTED,
    Event.CONFIRMED: Template.OWNER_CONFIRMED,
    Event.CANCELLED: Template.OWNER_CANCELLED,
}


def register() -> None:
    outbox.register_handler(tell)
    letters.register_composer(SUBJECT_TYPE, compose)


def tell(event: OutboxEvent) -> None:
    """Plan the messages of one event; those about the booking that still wait lose their reason."""
    if event.name not in list(Event):
        return
    booking = Booking.objects.select_related("business__settings", "provider").get(
        reference=event.payload["reference"]
    )
    subject_id = str(booking.uuid)
    messages.cancel(subject_type=SUBJECT_TYPE, subject_id=subject_id)
    for audience, template, recipient in _letters(Event(event.name), event, booking):
        messages.plan(
            business=booking.business,
            dedup_key=f"event:{event.pk}:{audience}:{recipient}",
            audience=audience,
            template=template,
            recipient=recipient,
            subject_type=SUBJECT_TYPE,
            subject_id=subject_id,
            due_at=clock.now(),
        )


def _letters(
    name: Event, event: OutboxEvent, booking: Booking
) -> list[tuple[Audience, Template, str]]:
    letters: list[tuple[Audience, Template, str]] = []
    if booking.client_email:
        letters.append((Audience.CLIENT, CLIENT_LETTERS[name], booking.client_email))
    by_client = event.payload["actor"] == ActorKind.CLIENT
    if name in OWNER_LETTERS and by_client and booking.business.settings.notifications_enabled:
        letters += [
            (Audience.OWNER, OWNER_LETTERS[name], address) for address in alert_addresses(booking)
        ]
    return letters


def alert_addresses(booking: Booking) -> list[str]:
    """Who hears of a booking: the alert addresses, else the owners; and its provider."""
    chosen = list(booking.business.settings.notify_emails) or list(
        User.objects.filter(
            is_active=True,
            memberships__business=booking.business,
            memberships__role=Role.OWNER,
        ).values_list("email", flat=True)
    )
    if booking.provider.email:
        chosen.append(booking.provider.email)
    return sorted({address.lower() for address in chosen})
