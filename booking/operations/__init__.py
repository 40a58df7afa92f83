"""The only writers. One verb a function; every door calls these."""

from booking.operations.book import OVERRIDABLE, Details, book
from booking.operations.cancel import cancel_booking
from booking.operations.cancel_session import cancel_series, cancel_session
from booking.operations.client_page import ask_for_links, request_erasure, send_asked_links
from booking.operations.create_business import create_business
from booking.operations.decide import approve_booking, reject_booking
from booking.operations.errors import (
    BookingClosed,
    HoldExpired,
    IdempotencyMismatch,
    InUse,
    OfferLost,
    PlanRefused,
    PolicyViolation,
    SlotTaken,
    SlotUnavailable,
    TooManyHolds,
)
from booking.operations.expire import expire_booking, expire_pending
from booking.operations.hold import end_expired_holds, extend_hold, place_hold, release_hold
from booking.operations.move import move_booking, reschedule_deadline
from booking.operations.move_request import (
    approve_move,
    decline_move,
    request_move,
    requested_move,
)
from booking.operations.offer import MAX_OFFERS, accept_offer, offer_times
from booking.operations.outcomes import complete_past, mark_completed, mark_no_show, outcomes_of
from booking.operations.plan import Terms, change_session, delete_session, plan_sessions
from booking.operations.record import Actor
from booking.operations.set_up import AlreadySetUp, FirstBusiness, is_untouched, set_up
from booking.operations.take import check_offered
from booking.operations.trust import approve_returning

__all__ = [
    "MAX_OFFERS",
    "OVERRIDABLE",
    "Actor",
    "AlreadySetUp",
    "BookingClosed",
    "Details",
    "FirstBusiness",
    "HoldExpired",
    "IdempotencyMismatch",
    "InUse",
    "OfferLost",
    "PlanRefused",
    "PolicyViolation",
    "SlotTaken",
    "SlotUnavailable",
    "Terms",
    "TooManyHolds",
    "accept_offer",
    "approve_booking",
    "approve_move",
    "approve_returning",
    "ask_for_links",
    "book",
    "cancel_booking",
    "cancel_series",
    "cancel_session",
    "change_session",
    "check_offered",
    "complete_past",
    "create_business",
    "decline_move",
    "delete_session",
    "end_expired_holds",
    "expire_booking",
    "expire_pending",
    "extend_hold",
    "is_untouched",
    "mark_completed",
    "mark_no_show",
    "move_booking",
    "offer_times",
    "outcomes_of",
    "place_hold",
    "plan_sessions",
    "reject_booking",
    "release_hold",
    "request_erasure",
    "request_move",
    "requested_move",
    "reschedule_deadline",
    "send_asked_links",
    "set_up",
]
