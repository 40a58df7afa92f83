"""What is told of a client rather than of one booking: event → messages."""

import hashlib
import logging
from datetime import timedelta

from booking.contacts import alert_addresses
from booking.events import CLIENT_SUBJECT_TYPE, ClientEvent
from booking.letters.clients import ClientTemplate, subject_for
from booking.models import Client
from config.core import clock
from notifications import messages
from notifications.models import Audience, Message, OutboxEvent

logger = logging.getLogger(__name__)
# How often a day the links go to one client: far from using up what the client may get at all, for
# anybody can ask for them.
LINKS_A_DAY = 5


def tell(event: OutboxEvent) -> None:
    rows = Client.objects.select_related("business__settings")
    client = rows.filter(public_id=event.subject_id).first()
    if client is None:
        return
    match ClientEvent(event.name):
        case ClientEvent.LINKS_ASKED:
            if _may_get_links(client):
                _plan(event, client, ClientTemplate.CLIENT_LINKS, client.email)
        case ClientEvent.ERASURE_ASKED:
            for address in alert_addresses(client.business):
                _plan(event, client, ClientTemplate.OWNER_ERASURE, address)


def _may_get_links(client: Client) -> bool:
    sent_today = Message.objects.filter(
        business=client.business,
        recipient=client.email,
        template=ClientTemplate.CLIENT_LINKS,
        created_at__gt=clock.now() - timedelta(days=1),
    )
    if sent_today.count() < LINKS_A_DAY:
        return bool(client.email)
    logger.warning("client %s has had enough links for a day", client.pk)
    return False


def _plan(event: OutboxEvent, client: Client, template: ClientTemplate, recipient: str) -> None:
    is_to_client = template == ClientTemplate.CLIENT_LINKS
    digest = hashlib.sha256(recipient.encode()).hexdigest()[:16]
    messages.plan(
        business=client.business,
        dedup_key=f"{event.event_id}:{digest}",
        audience=Audience.CLIENT if is_to_client else Audience.OWNER,
        template=template,
        recipient=recipient,
        subject_type=CLIENT_SUBJECT_TYPE,
        subject_id=subject_for(client) if is_to_client else str(client.public_id),
        due_at=clock.now(),
    )
