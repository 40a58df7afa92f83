"""Names of what happens to bookings, and the payload that each event carries."""

from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from booking.models import Booking

VERSION = 1
# What events and messages about bookings are filed under, with the booking's uuid.
SUBJECT_TYPE = "booking"


class Event(StrEnum):
    REQUESTED = "booking.requested"
    CONFIRMED = "booking.confirmed"
    APPROVED = "booking.approved"
    REJECTED = "booking.rejected"
    CANCELLED = "booking.cancelled"
    EXPIRED = "booking.expired"
    MOVED = "booking.moved"
    MOVE_REQUESTED = "booking.move_requested"
    MOVE_DECLINED = "booking.move_declined"
    MOVE_EXPIRED = "booking.move_expired"
    OFFERED = "booking.offered"
    OFFER_ACCEPTED = "booking.offer_accepted"
    COMPLETED = "booking.completed"
    NO_SHOW = "booking.no_show"


# The same for what concerns a client rather than one booking, with the client's public id.
CLIENT_SUBJECT_TYPE = "client"


class ClientEvent(StrEnum):
    LINKS_ASKED = "client.links_asked"
    ERASURE_ASKED = "client.erasure_asked"


class Payload(TypedDict):
    """Instants are ISO 8601 in UTC; `sequence` is iCalendar's.

    `tell_client` is false where staff have chosen that the client gets no mail of this.
    """

    version: int
    event: str
    reference: str
    status: str
    service: str
    provider: str
    start: str
    end: str
    spots: int
    sequence: int
    actor: str
    tell_client: bool


def payload(
    booking: "Booking", event: Event, *, actor_kind: str, tell_client: bool = True
) -> Payload:
    return {
        "version": VERSION,
        "event": event,
        "reference": booking.reference,
        "status": booking.status,
        "service": booking.service.slug,
        "provider": str(booking.provider.public_id),
        "start": booking.starts_at.isoformat(),
        "end": booking.ends_at.isoformat(),
        "spots": booking.spots,
        "sequence": booking.sequence,
        "actor": actor_kind,
        "tell_client": tell_client,
    }
