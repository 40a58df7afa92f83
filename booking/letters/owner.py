"""Letters to the business, in its own zone."""

from collections.abc import Callable

from booking import links
from booking.contacts import canceller, was_offered_times
from booking.letters.kinds import Template
from booking.letters.parts import answer_by, day, to_owner
from booking.models import Booking
from booking.no_shows import warning_of
from booking.operations.trust import was_approved_by_rule
from config.core import clock
from notifications.letters import Letter, Link


def _requested(booking: Booking) -> Letter:
    return to_owner(
        booking,
        subject=f"New request: {booking.client_name} — {booking.service.name} on {day(booking)}",
        headline=f"{booking.client_name} asks for a time",
        paragraphs=[
            f"Please answer by {answer_by(booking)}:"
            f" {'the time is kept until then' if booking.session_id else 'it takes no time yet'},"
            f" and after it the request ends by itself. {_hears_of_it(booking)}",
            *_warning(booking),
        ],
        button=Link("Approve, decline or offer other times", links.decide_url(booking)),
    )


def _nudge(booking: Booking) -> Letter:
    return to_owner(
        booking,
        subject=f"Still waiting: {booking.client_name} — {booking.service.name} on {day(booking)}",
        headline=f"{booking.client_name} still waits for an answer",
        paragraphs=[
            "Half of the time to answer is over."
            f" Please answer by {answer_by(booking)}: after it the request ends by itself,"
            " and the client is told that nobody could answer."
        ],
        button=Link("Approve, decline or offer other times", links.decide_url(booking)),
    )


def _warning(booking: Booking) -> list[str]:
    warning = warning_of(booking, clock.now())
    return [f"Please note: {booking.client_name} has {warning}."] if warning else []


def _hears_of_it(booking: Booking) -> str:
    if booking.client_email:
        return "The client hears of your decision by mail."
    return f"The client gave no e-mail: please call {booking.client_phone} then."


def _confirmed(booking: Booking) -> Letter:
    return to_owner(
        booking,
        subject=f"New booking: {booking.client_name} — {booking.service.name} on {day(booking)}",
        headline=f"{booking.client_name} is booked",
        paragraphs=[
            "It is confirmed by your rule for returning clients; there is nothing to do."
            if was_approved_by_rule(booking)
            else "It is confirmed; there is nothing to do.",
            *_warning(booking),
        ],
        button=Link("See the booking", links.decide_url(booking)),
    )


def _cancelled(booking: Booking) -> Letter:
    who = canceller(booking) or "The client"
    paragraphs = [f"{who} cancelled it, and the time is free again."]
    if booking.cancellation_reason:
        paragraphs.append(f"Reason: {booking.cancellation_reason}")
    return to_owner(
        booking,
        subject=f"Cancelled: {booking.client_name} — {booking.service.name} on {day(booking)}",
        headline=f"The booking of {booking.client_name} was cancelled",
        paragraphs=paragraphs,
        button=Link("See the booking", links.decide_url(booking)),
    )


def _why_expired(booking: Booking) -> str:
    if was_offered_times(booking):
        return "None of the times that you offered was taken in time"
    return "Nobody answered it in time"


def _expired(booking: Booking) -> Letter:
    return to_owner(
        booking,
        subject=f"Request expired: {booking.client_name} — {booking.service.name}"
        f" on {day(booking)}",
        headline=f"The request of {booking.client_name} has expired",
        paragraphs=[
            f"{_why_expired(booking)}, so the time is free again. "
            + (
                "The client was told by mail and asked to choose another one."
                if booking.client_email
                else f"The client gave no e-mail: please call {booking.client_phone}."
            )
        ],
        button=Link("See the request", links.decide_url(booking)),
    )


LETTERS: dict[Template, Callable[[Booking], Letter]] = {
    Template.OWNER_REQUESTED: _requested,
    Template.OWNER_NUDGE: _nudge,
    Template.OWNER_CONFIRMED: _confirmed,
    Template.OWNER_CANCELLED: _cancelled,
    Template.OWNER_EXPIRED: _expired,
}
