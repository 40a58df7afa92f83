"""The kinds of letters about bookings, and when each is still true."""

from enum import StrEnum

from booking.lifecycle import Status


class Template(StrEnum):
    CLIENT_REQUESTED = "client_requested"
    CLIENT_CONFIRMED = "client_confirmed"
    CLIENT_REJECTED = "client_rejected"
    CLIENT_CANCELLED = "client_cancelled"
    CLIENT_EXPIRED = "client_expired"
    CLIENT_MOVED = "client_moved"
    CLIENT_MOVE_REQUESTED = "client_move_requested"
    CLIENT_MOVE_DECLINED = "client_move_declined"
    CLIENT_MOVE_EXPIRED = "client_move_expired"
    CLIENT_OFFERED = "client_offered"
    OWNER_REQUESTED = "owner_requested"
    OWNER_CONFIRMED = "owner_confirmed"
    OWNER_CANCELLED = "owner_cancelled"
    OWNER_EXPIRED = "owner_expired"
    OWNER_MOVED = "owner_moved"
    OWNER_MOVE_REQUESTED = "owner_move_requested"
    OWNER_NUDGE = "owner_nudge"
    OWNER_OFFER_ACCEPTED = "owner_offer_accepted"


# A message whose booking has moved on since has lost its reason.
STILL_TRUE = {
    Template.CLIENT_REQUESTED: {Status.PENDING},
    Template.CLIENT_CONFIRMED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
    Template.CLIENT_REJECTED: {Status.REJECTED},
    Template.CLIENT_CANCELLED: {Status.CANCELLED},
    Template.CLIENT_EXPIRED: {Status.EXPIRED},
    Template.CLIENT_OFFERED: {Status.PENDING},
    Template.OWNER_REQUESTED: {Status.PENDING},
    Template.OWNER_CONFIRMED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
    Template.OWNER_CANCELLED: {Status.CANCELLED},
    Template.OWNER_EXPIRED: {Status.EXPIRED},
    Template.CLIENT_MOVED: {Status.PENDING, Status.CONFIRMED},
    Template.OWNER_MOVED: {Status.PENDING, Status.CONFIRMED},
    Template.CLIENT_MOVE_REQUESTED: {Status.CONFIRMED},
    Template.CLIENT_MOVE_DECLINED: {Status.CONFIRMED},
    Template.CLIENT_MOVE_EXPIRED: {Status.CONFIRMED},
    Template.OWNER_MOVE_REQUESTED: {Status.CONFIRMED},
    Template.OWNER_NUDGE: {Status.PENDING},
    Template.OWNER_OFFER_ACCEPTED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
}
