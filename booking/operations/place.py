"""Where a booking takes place: whether that is still so, and writing another one."""

from collections.abc import Sequence
from datetime import datetime

from booking.lifecycle import InvalidTransition
from booking.models import Booking, Session
from booking.operations.record import Facts


def check_unmoved(row: Booking, known: Booking) -> None:
    """Raise `InvalidTransition` where a booking was moved since it was read: whoever decides about
    it has not seen its new time.
    """
    now, before = ((each.session_id, each.provider_id, each.starts_at) for each in (row, known))
    if now != before:
        raise InvalidTransition(
            "This booking has been moved meanwhile. Please look at its new time first."
        )


def renew_links(row: Booking) -> None:
    """End the links that were sent before, where a mail carries the new ones."""
    if row.client_email:
        row.link_version += 1


def settle(
    row: Booking,
    session: Session,
    *,
    now: datetime,
    keeps_time: bool = True,
    written: Sequence[str] = (),
) -> None:
    """Write the booking into the session that was taken for it; `written` are fields that the
    caller has set.
    """
    row.session = session if keeps_time else None
    row.provider = session.provider
    row.starts_at, row.ends_at = session.starts_at, session.ends_at
    row.location = session.location or row.service.location or row.business.address
    # Calendars that know the booking see that it has moved (RFC 5545 §3.8.7.4).
    row.sequence += 1
    row.updated_at = now
    row.save(
        update_fields=[
            "session",
            "provider",
            "starts_at",
            "ends_at",
            "location",
            "sequence",
            "updated_at",
            *written,
        ]
    )


def place_of(booking: Booking) -> Facts:
    return {
        "starts_at": booking.starts_at.isoformat(),
        "provider": booking.provider.name,
        "provider_id": str(booking.provider_id),
    }
