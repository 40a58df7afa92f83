"""The states of a booking and the ways between them, as data."""

from django.db.models import TextChoices

from config.core.errors import DomainError


class Status(TextChoices):
    PENDING = "pending", "Pending"
    AWAITING_PAYMENT = "awaiting_payment", "Awaiting payment"
    CONFIRMED = "confirmed", "Confirmed"
    COMPLETED = "completed", "Completed"
    NO_SHOW = "no_show", "No-show"
    REJECTED = "rejected", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset(
        {
            Status.CONFIRMED,
            Status.AWAITING_PAYMENT,
            Status.REJECTED,
            Status.EXPIRED,
            Status.CANCELLED,
        }
    ),
    Status.AWAITING_PAYMENT: frozenset({Status.CONFIRMED, Status.EXPIRED, Status.CANCELLED}),
    Status.CONFIRMED: frozenset({Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}),
    Status.EXPIRED: frozenset({Status.CONFIRMED}),
    Status.COMPLETED: frozenset({Status.NO_SHOW}),
    Status.NO_SHOW: frozenset({Status.COMPLETED}),
    Status.REJECTED: frozenset(),
    Status.CANCELLED: frozenset(),
}

# These give their time back: such a booking points to no session.
RELEASED = frozenset({Status.REJECTED, Status.CANCELLED, Status.EXPIRED})
# These will still take place, or may.
OPEN = frozenset({Status.PENDING, Status.AWAITING_PAYMENT, Status.CONFIRMED})


class InvalidTransition(DomainError):
    code = "invalid_transition"
    message = "This is not possible for a booking in this state."


def check_transition(current: Status, target: Status) -> None:
    """Raise `InvalidTransition` unless a booking may go from `current` to `target`."""
    if target not in TRANSITIONS[current]:
        raise InvalidTransition(
            f"This booking is {current.label.lower()} and cannot become {target.label.lower()}."
        )
