from collections.abc import Iterable
from datetime import datetime

from booking.availability import Reason, Refusal, Slot
from config.core.errors import DomainError


class SlotTaken(DomainError):
    """Somebody else was quicker. `alternatives` are the nearest slots that are still free."""

    code = "slot_taken"
    message = "This time has just been taken. It is no longer available."

    def __init__(self, alternatives: list[Slot] | None = None) -> None:
        super().__init__()
        self.alternatives = alternatives or []


class SlotUnavailable(DomainError):
    """The start was never on offer. `reasons` are the engine's; `alternatives` as for SlotTaken."""

    code = "slot_unavailable"
    message = "This time cannot be booked."

    def __init__(
        self, reasons: Iterable[Refusal] = (), alternatives: list[Slot] | None = None
    ) -> None:
        self.reasons = frozenset(reasons)
        self.alternatives = alternatives or []
        said = [_WORDS[reason] for reason in _WORDS if reason in self.reasons]
        super().__init__(" ".join([self.message, *said[:1]]))


class PlanRefused(DomainError):
    """Something is in the way of sessions to be planned: `refused` are the starts, each with why.

    `could_be_overridden` when it is nothing but rules.
    """

    code = "slot_unavailable"

    def __init__(
        self, refused: list[tuple[datetime, tuple[Reason, ...]]], *, could_be_overridden: bool
    ) -> None:
        self.refused, self.could_be_overridden = refused, could_be_overridden
        count = "1 session" if len(refused) == 1 else f"{len(refused)} sessions"
        super().__init__(f"{count} cannot take place as planned. Nothing has been planned.")


class InUse(DomainError):
    """Somebody has what was to be deleted, or a part of it that was to be taken away."""

    code = "in_use"


# What a client may know, the first that applies; closed, blocked and busy are all just not free.
_WORDS = {
    Refusal.NOTICE: "It has passed, or is too soon.",
    Refusal.HORIZON: "It is too far ahead.",
    Refusal.LIMIT: "That day, week or month is full.",
    Refusal.DEADLINE: "It begins too soon to be booked online.",
    Refusal.NOT_PLANNED: "Nothing is planned then.",
    Refusal.NO_SPOTS: "There are not enough free places.",
}


class BookingClosed(DomainError):
    """The business, the service or the whole installation takes no bookings now."""

    code = "booking_closed"
    message = "Bookings are not being taken at the moment."


class PolicyViolation(DomainError):
    """A rule of the business forbids this to clients, for example a deadline that has passed."""

    code = "policy_violation"


class HoldExpired(DomainError):
    """The time was kept, but is not any more."""

    code = "hold_expired"
    message = "This time is no longer kept for you."


class TooManyHolds(DomainError):
    """One asker keeps as many times as may be kept at once."""

    code = "throttled"
    message = "You keep other times already. Book one of them, or give it back first."
    retry_after = 60


class OfferLost(DomainError):
    """A time that was to be offered cannot be kept."""

    code = "slot_taken"

    def __init__(self, time: str = "") -> None:
        super().__init__(
            f"{time or 'One of these times'} is not free, or too close to another time that you"
            " chose. Nothing has been offered."
        )


class IdempotencyMismatch(DomainError):
    """The same form was sent before with other contents; the first one counts."""

    code = "idempotency_mismatch"
    message = "This form was sent before, with other contents. Please start again from the times."
