"""All that one client has booked with one business, as the client may read it."""

from datetime import datetime
from typing import TypedDict

from booking.events import Event
from booking.models import ActorKind, Booking, Client, HistoryEntry
from booking.models.booking import BookingQuerySet


class Happening(TypedDict):
    at: str
    what: str
    by: str


class Visit(TypedDict):
    """Instants are ISO 8601 in UTC, the price in minor units."""

    reference: str
    service: str
    provider: str
    start: str
    end: str
    timezone: str
    status: str
    people: int
    location: str
    price: dict[str, int | str]
    name: str
    email: str
    phone: str
    notes: str
    answers: list[dict[str, str]]
    rejection_reason: str
    cancellation_reason: str
    booked_at: str
    booked_through: str
    history: list[Happening]


class Record(TypedDict):
    business: str
    written_at: str
    client: dict[str, str | None]
    bookings: list[Visit]


def visits_of(client: Client) -> BookingQuerySet:
    rows = Booking.objects.filter(client=client)
    return rows.select_related("business__settings", "service", "provider")


def past_visits(client: Client, now: datetime) -> BookingQuerySet:
    """What is over, or will not take place, the latest first."""
    coming = visits_of(client).upcoming(now).order_by().values("pk")
    return visits_of(client).exclude(pk__in=coming).order_by("-starts_at", "-id")


def record_of(client: Client, now: datetime) -> Record:
    """Everything that is kept of the client, but for what staff have noted for themselves."""
    asked_at = client.erase_requested_at
    rows = visits_of(client).order_by("starts_at", "id").prefetch_related("history")
    return {
        "business": client.business.name,
        "written_at": now.isoformat(),
        "client": {
            "name": client.name,
            "email": client.email,
            "phone": client.phone,
            "known_since": client.created_at.isoformat(),
            "asked_for_erasure_at": asked_at.isoformat() if asked_at else None,
        },
        "bookings": [_visit(booking, now) for booking in rows],
    }


def _visit(booking: Booking, now: datetime) -> Visit:
    return {
        "reference": booking.reference,
        "service": booking.service.name,
        "provider": booking.provider.name,
        "start": booking.starts_at.isoformat(),
        "end": booking.ends_at.isoformat(),
        "timezone": booking.timezone,
        "status": booking.status_at(now),
        "people": booking.spots,
        "location": booking.location,
        "price": {"amount": booking.price_amount, "currency": booking.currency},
        "name": booking.client_name,
        "email": booking.client_email,
        "phone": booking.client_phone,
        "notes": booking.notes,
        "answers": booking.answers,
        "rejection_reason": booking.rejection_reason,
        "cancellation_reason": booking.cancellation_reason,
        "booked_at": booking.created_at.isoformat(),
        "booked_through": booking.get_source_display(),
        "history": [
            _happening(entry) for entry in booking.history.all() if entry.event in set(Event)
        ],
    }


def _happening(entry: HistoryEntry) -> Happening:
    """What happened and on whose side; not which of the staff did it, nor what they noted."""
    sides = {ActorKind.CLIENT: "you", ActorKind.MEMBER: "the business"}
    return {
        "at": entry.at.isoformat(),
        "what": entry.event.removeprefix("booking."),
        "by": sides.get(ActorKind(entry.actor_kind), "the booking system"),
    }
