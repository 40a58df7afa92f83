"""What clients ask for beyond a single booking: their links, and to be forgotten."""

import logging

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from booking.events import CLIENT_SUBJECT_TYPE, ClientEvent
from booking.models import Booking, Client, LinkRequest
from config.core import clock
from notifications import outbox

logger = logging.getLogger(__name__)


def ask_for_links(*, email: str) -> None:
    """Have the links of an address sent to it. Asked again before they are, it changes nothing.

    Whether the address is known is looked up by the worker alone: whoever asks can learn it
    neither by what this does nor by how long it takes.
    """
    LinkRequest.objects.bulk_create([LinkRequest(email=email.lower())], ignore_conflicts=True)


def send_asked_links(*, limit: int = 100) -> int:
    """Answer what was asked, the oldest first: a mail from each business where the address has
    bookings, none where it has not. Returns how many mails that makes.
    """
    told = 0
    for asked in list(LinkRequest.objects.order_by("pk")[:limit]):
        try:
            told += _answer(asked)
        except Exception:
            # One that is broken must not keep all others waiting.
            logger.exception("link request %s cannot be answered", asked.pk)
    return told


@transaction.atomic
def _answer(asked: LinkRequest) -> int:
    taken, _ = LinkRequest.objects.filter(pk=asked.pk).delete()
    if not taken:
        return 0
    has_booked = Exists(Booking.objects.filter(client=OuterRef("pk")))
    rows = Client.objects.filter(Exact(Lower("email"), asked.email), has_booked)
    clients = list(rows.select_related("business").order_by("pk"))
    for client in clients:
        _record(client, ClientEvent.LINKS_ASKED)
    return len(clients)


@transaction.atomic
def request_erasure(*, client: Client) -> None:
    """Note that the client asks to be forgotten, and tell the business. Asking again changes
    nothing.
    """
    rows = Client.objects.filter(pk=client.pk, erase_requested_at__isnull=True)
    if rows.update(erase_requested_at=clock.now()):
        _record(client, ClientEvent.ERASURE_ASKED)
        logger.info("client %s asks to be forgotten", client.pk)


def _record(client: Client, event: ClientEvent) -> None:
    outbox.record(
        event,
        business=client.business,
        subject_type=CLIENT_SUBJECT_TYPE,
        subject_id=str(client.public_id),
        payload={"version": 1, "event": event},
    )
