"""Clients who did not come: how often lately, and what the business wants to follow from it."""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta

from booking.models import Booking, BookingSettings
from booking.models.booking import BookingQuerySet
from booking.models.settings import NoShowAction


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowPolicy:
    """`action` follows from `limit` no-shows on, each counted for so many `months`."""

    limit: int
    months: int
    action: NoShowAction

    def counts_from(self, now: datetime) -> datetime:
        since: datetime = now - relativedelta(months=self.months)
        return since

    def applies_to(self, bookings: BookingQuerySet, now: datetime) -> bool:
        """Whether too many of these bookings of a client were missed."""
        return bookings.missed_since(self.counts_from(now)).count() >= self.limit


def policy_of(settings: BookingSettings) -> NoShowPolicy | None:
    """None where nothing follows from no-shows."""
    if not settings.no_show_limit:
        return None
    return NoShowPolicy(
        limit=settings.no_show_limit,
        months=settings.no_show_months,
        action=NoShowAction(settings.no_show_action),
    )


def warning_of(booking: Booking, now: datetime) -> str:
    """What staff are told of its client, for example "2 no-shows in the last 12 months".

    "" where the client has come often enough, or the business does not mind. For staff alone.
    """
    policy = policy_of(booking.business.settings)
    if policy is None:
        return ""
    missed = Booking.objects.filter(client=booking.client_id)
    count = missed.missed_since(policy.counts_from(now)).count()
    if count < policy.limit:
        return ""
    period = "month" if policy.months == 1 else f"{policy.months} months"
    return f"{'1 no-show' if count == 1 else f'{count} no-shows'} in the last {period}"
