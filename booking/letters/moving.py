"""Letters about bookings that were moved, or that their clients ask to move."""

from collections.abc import Callable

from booking import links
from booking.calendar_links import calendar_links
from booking.contacts import mover
from booking.events import Event
from booking.invitations import Method
from booking.letters.kinds import Template
from booking.letters.parts import answer_by, day, hour, place_before, to_client, to_owner
from booking.lifecycle import Status
from booking.models import Booking, Hold
from booking.operations import requested_move
from booking.times import read_clock
from notifications.letters import Letter, Link


def _client_moved(booking: Booking) -> Letter:
    service, is_request = booking.service.name, booking.status == Status.PENDING
    paragraphs = [
        f"{booking.business.name} has moved it."
        if mover(booking)
        else "You have moved it, and the old time was given back."
    ]
    if before := place_before(booking):
        paragraphs.append(f"It was on {before}.")
    if is_request:
        paragraphs.append(f"It is still a request: it is answered by {answer_by(booking)}.")
    what = f"Your request for {service}" if is_request else f"Your {service}"
    return to_client(
        booking,
        subject=f"{what} has been moved — {day(booking)} at {hour(booking)}",
        headline="Your request was moved" if is_request else "Your appointment was moved",
        paragraphs=[*paragraphs, "The links in earlier mails have ended; here are the new ones."],
        more_title="" if is_request else "Add it to your calendar",
        more=[] if is_request else calendar_links(booking),
        method=None if is_request else Method.REQUEST,
    )


def _owner_moved(booking: Booking) -> Letter:
    who, before = mover(booking) or "The client", place_before(booking)
    return to_owner(
        booking,
        subject=f"Moved: {booking.client_name} — {booking.service.name} on {day(booking)}",
        headline=f"The booking of {booking.client_name} was moved",
        paragraphs=[f"{who} moved it{f' from {before}' if before else ''}."],
        button=Link("See the booking", links.decide_url(booking)),
    )


def _client_requested(booking: Booking) -> Letter | None:
    """None once it has been answered, or has lapsed."""
    asked = requested_move(booking)
    if asked is None:
        return None
    name = booking.business.name
    return to_client(
        booking,
        subject=f"You asked to move your {booking.service.name} — {_when(asked)}",
        headline=f"You asked {name} for another time",
        paragraphs=[
            f"You would like to come on {_when(asked)} instead. {name} has until"
            f" {_until(asked)} to answer, and the new time is kept for you until then.",
            "Your appointment stays as it is for now:",
        ],
    )


def _owner_requested(booking: Booking) -> Letter | None:
    asked = requested_move(booking)
    if asked is None:
        return None
    return to_owner(
        booking,
        subject=f"New time wished: {booking.client_name} — {booking.service.name}"
        f" on {day(booking)}",
        headline=f"{booking.client_name} asks to move an appointment",
        paragraphs=[
            f"Instead of {day(booking)} at {hour(booking)} they would like to come on"
            f" {_when(asked)}, with {asked.session.provider.name}. Please answer by"
            f" {_until(asked)}: both times are kept until then, and after it the booking stays"
            " where it is."
        ],
        button=Link("Agree or decline", links.decide_url(booking)),
    )


def _client_declined(booking: Booking) -> Letter:
    entry = booking.history.filter(event=Event.MOVE_DECLINED).last()
    reason = entry.after.get("reason", "") if entry else ""
    return to_client(
        booking,
        subject=f"Your {booking.service.name} stays on {day(booking)} at {hour(booking)}",
        headline="Your appointment could not be moved",
        paragraphs=[
            f"{booking.business.name} cannot move it to the time that you asked for.",
            *([f"They write: {reason}"] if reason else []),
            "It stays as it was:",
        ],
    )


def _client_unanswered(booking: Booking) -> Letter:
    return to_client(
        booking,
        subject=f"Your {booking.service.name} stays on {day(booking)} at {hour(booking)}",
        headline="Your appointment was not moved",
        paragraphs=[
            f"We are sorry: {booking.business.name} could not answer in time, so the new time is"
            " not kept for you any longer. Your appointment stays as it was:",
        ],
    )


def _when(asked: Hold) -> str:
    business = asked.session.business
    return str(read_clock(asked.session.starts_at, business.timezone, business.locale))


def _until(asked: Hold) -> str:
    business = asked.session.business
    return str(read_clock(asked.expires_at, business.timezone, business.locale))


LETTERS: dict[Template, Callable[[Booking], Letter | None]] = {
    Template.CLIENT_MOVED: _client_moved,
    Template.CLIENT_MOVE_REQUESTED: _client_requested,
    Template.CLIENT_MOVE_DECLINED: _client_declined,
    Template.CLIENT_MOVE_EXPIRED: _client_unanswered,
    Template.OWNER_MOVED: _owner_moved,
    Template.OWNER_MOVE_REQUESTED: _owner_requested,
}
