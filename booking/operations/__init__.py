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
from booking.operations.set_up import AlreadySetUp, FirstBusiness, is_untouched, set_up

__all__ = [
    "Actor",
    "AlreadySetUp",
    "BookingClosed",
    "Details",
    "FirstBusiness",
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
    "is_untouched",
    "reject_booking",
    "set_up",
]
