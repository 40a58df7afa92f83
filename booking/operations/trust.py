"""Returning clients whose requests need no answer: the rule, and what it takes as proof.

Typing an address proves nothing. A signed link from the client page does, and so does one click on
the mail just sent.
"""

from datetime import datetime

from dateutil.relativedelta import relativedelta

from booking.lifecycle import Status
from booking.models import ActorKind, Booking, BookingSettings, Client, Source
from booking.models.settings import NoShowAction
from booking.no_shows import policy_of
from booking.operations.decide import approve_booking
from booking.operations.errors import PolicyViolation
from booking.operations.record import Actor
from config.core import clock

BY_RULE = {"approved_by_rule": "returning client"}
_BY_CLIENT = Actor(kind=ActorKind.CLIENT, source=Source.WEB)


def is_trusted(client: Client, *, email: str, now: datetime) -> bool:
    """Whether the rule approves what this client asks for, once they have proved who they are.

    Only under the client's own address, so that nobody books for others with a link of theirs.
    """
    if not client.email or email.lower() != client.email.lower():
        return False
    own = BookingSettings.objects.get(business=client.business_id)
    if not own.auto_approve_returning_clients:
        return False
    visits = Booking.objects.filter(client=client)
    policy = policy_of(own)
    if policy and policy.action != NoShowAction.WARN and policy.applies_to(visits, now):
        return False
    since = now - relativedelta(months=own.returning_months)
    return (
        visits.kept(now).count() >= own.returning_visits
        and not visits.filter(status=Status.NO_SHOW, starts_at__gt=since).exists()
    )


def can_be_proved(booking: Booking, now: datetime) -> bool:
    """Whether a request would be confirmed as soon as its client proves who they are."""
    is_waiting = booking.status_at(now) == Status.PENDING
    return is_waiting and is_trusted(booking.client, email=booking.client_email, now=now)


def was_approved_by_rule(booking: Booking) -> bool:
    return any(BY_RULE.items() <= entry.after.items() for entry in booking.history.all())


def approve_returning(*, booking: Booking) -> Booking:
    """Confirm the request of a client who has just proved who they are. Doing it again changes
    nothing.

    Raises `PolicyViolation` when the rule does not hold (any more), and as `approve_booking`.
    """
    now = clock.now()
    if booking.status_at(now) == Status.PENDING and not can_be_proved(booking, now):
        raise PolicyViolation("This request waits for an answer. You will get a mail.")
    return approve_booking(booking=booking, actor=_BY_CLIENT, said=BY_RULE)
