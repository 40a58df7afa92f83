"""The only writers. One verb a function; every door calls these."""

from booking.operations.book import OVERRIDABLE, Details, book
from booking.operations.cancel import cancel_booking
from booking.operations.create_business import create_business
from booking.operations.decide import approve_booking, reject_booking
from booking.operations.errors import (
    BookingClosed,
    HoldExpired,
    IdempotencyMismatch,
    PolicyViolation,
    SlotTaken,
    SlotUnavailable,
    TooManyHolds,
)
from booking.operations.expire import expire_booking, expire_pending
from booking.operations.hold import end_expired_holds, extend_hold, place_hold, release_hold
from booking.operations.record import Actor
from booking.operations.set_up import AlreadySetUp, FirstBusiness, is_untouched, set_up
from booking.operations.take import check_offered

__all__ = [
    "OVERRIDABLE",
    "Actor",
    "AlreadySetUp",
    "BookingClosed",
    "Details",
    "FirstBusiness",
    "HoldExpired",
    "IdempotencyMismatch",
    "PolicyViolation",
    "SlotTaken",
    "SlotUnavailable",
    "TooManyHolds",
    "approve_booking",
    "book",
    "cancel_booking",
    "check_offered",
    "create_business",
    "end_expired_holds",
    "expire_booking",
    "expire_pending",
    "extend_hold",
    "is_untouched",
    "place_hold",
    "reject_booking",
    "release_hold",
    "set_up",
]
