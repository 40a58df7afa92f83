"""The only writers. One verb a function; every door calls these."""

from booking.operations.book import Details, book, check_offered
from booking.operations.cancel import cancel_booking
from booking.operations.create_business import create_business
from booking.operations.decide import approve_booking, reject_booking
from booking.operations.errors import (
    BookingClosed,
    IdempotencyMismatch,
    PolicyViolation,
    SlotTaken,
    SlotUnavailable,
)
from booking.operations.expire import expire_booking, expire_pending
from booking.operations.record import Actor

__all__ = [
    "Actor",
    "BookingClosed",
    "Details",
    "IdempotencyMismatch",
    "PolicyViolation",
    "SlotTaken",
    "SlotUnavailable",
    "approve_booking",
    "book",
    "cancel_booking",
    "check_offered",
    "create_business",
    "expire_booking",
    "expire_pending",
    "reject_booking",
]
