"""What the business knows of a client: visits kept and missed, the last one, what is to come."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from booking.lifecycle import OPEN, Status
from booking.models import Booking
from config.core import clock


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """Counts of the other bookings of a client; `last_visit` is the start of the last one kept."""

    kept: int
    no_shows: int
    to_come: int
    cancelled: int
    last_visit: datetime | None

    @property
    def is_first(self) -> bool:
        return not (self.kept or self.no_shows or self.to_come or self.cancelled)


def record_of(booking: Booking) -> ClientRecord:
    """In one query. A visit is kept once it is over and nobody has said otherwise."""
    now = clock.now()
    is_over = Q(status=Status.CONFIRMED, ends_at__lte=now)
    is_kept = Q(status=Status.COMPLETED) | is_over
    others = Booking.objects.filter(client=booking.client_id).exclude(pk=booking.pk)
    counts = others.aggregate(
        kept=Count("pk", filter=is_kept),
        no_shows=Count("pk", filter=Q(status=Status.NO_SHOW)),
        to_come=Count("pk", filter=Q(status__in=OPEN, ends_at__gt=now)),
        cancelled=Count("pk", filter=Q(status=Status.CANCELLED)),
        last_visit=Max("starts_at", filter=is_kept),
    )
    return ClientRecord(**counts)
