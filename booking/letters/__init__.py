"""The letters about bookings: to the client in the client's zone, to the business in its own."""

from booking.letters import client, moving, offered, owner
from booking.letters.clients import compose as compose_to_client
from booking.letters.kinds import STILL_TRUE, Template
from booking.models import Booking
from notifications.letters import Letter

__all__ = ["STILL_TRUE", "Template", "compose", "compose_to_client"]
_LETTERS = client.LETTERS | owner.LETTERS | moving.LETTERS | offered.LETTERS


def compose(template: str, subject_id: str) -> Letter | None:
    """The letter as it is true now, or None when it has lost its reason."""
    booking = (
        Booking.objects.select_related("business__settings", "service", "provider", "client")
        .filter(uuid=subject_id)
        .first()
    )
    if booking is None or booking.present_status not in STILL_TRUE[Template(template)]:
        return None
    return _LETTERS[Template(template)](booking)
