"""Letters to the client, in the client's zone."""

from collections.abc import Callable

from booking import links, offers
from booking.calendar_links import calendar_links
from booking.closures import closure_of, closure_of_service
from booking.contacts import canceller, contact_email, was_offered_times
from booking.invitations import Method
from booking.letters.kinds import Template
from booking.letters.parts import answer_by, day, hour, to_client
from booking.models import Booking
from booking.operations import trust
from booking.operations.cancel import cancellation_deadline
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.times import read_clock
from booking.wish import Wish
from config.core import clock
from notifications.letters import Letter, Link

_NOT_KEPT = "Until then others can ask for the same time"
_ONE_CLICK = (
    "You have been here before, so you need not wait: confirm that it is you who asked, and you"
    " are booked at once."
)


def _requested(booking: Booking) -> Letter:
    name, service = booking.business.name, booking.service.name
    see_it = Link("See or withdraw the request", links.manage_url(booking))
    can_be_proved = trust.can_be_proved(booking, clock.now())
    return to_client(
        booking,
        subject=f"Your request for {service} — {day(booking)} at {hour(booking)}",
        headline="Your request was sent",
        paragraphs=[
            f"{name} has until {answer_by(booking)} to answer it."
            f" {'The time is kept for you until then' if booking.session_id else _NOT_KEPT};"
            " you will get a mail either way.",
            *([_ONE_CLICK] if can_be_proved else []),
        ],
        button=Link("Confirm that it is you", links.prove_url(booking))
        if can_be_proved
        else see_it,
        more=[see_it] if can_be_proved else [],
        more_secrets=(links.prove_token(booking),),
    )


def _confirmed(booking: Booking) -> Letter:
    service = booking.service.name
    return to_client(
        booking,
        subject=f"Your {service} is confirmed — {day(booking)} at {hour(booking)}",
        headline="You are booked",
        paragraphs=[
            "Your time is kept for you; there is nothing more to do.",
            _cancelling(booking),
        ],
        more_title="Add it to your calendar",
        more=calendar_links(booking),
        method=Method.REQUEST,
    )


def _cancelling(booking: Booking) -> str:
    business, deadline = booking.business, cancellation_deadline(booking)
    if deadline <= clock.now():
        reach = business.phone or contact_email(business)
        return f"It can no longer be cancelled online. Please get in touch: {reach}."
    until = read_clock(deadline, business.timezone, business.locale)
    return f"You can cancel free of charge until {until}, by the link below."


def _rejected(booking: Booking) -> Letter:
    service = booking.service.name
    paragraphs = [f"{booking.business.name} cannot take your request for this time."]
    if booking.rejection_reason:
        paragraphs.append(f"They write: {booking.rejection_reason}")
    return to_client(
        booking,
        subject=f"Your request for {service} on {day(booking)} could not be accepted",
        headline="Your request was declined",
        paragraphs=[*paragraphs, "The other free times are on the booking page."],
        button=Link("Find another time", links.service_url(booking.service)),
    )


def _cancelled(booking: Booking) -> Letter:
    service, was_confirmed = booking.service.name, booking.confirmed_at is not None
    paragraphs = [
        f"{booking.business.name} had to cancel it."
        if canceller(booking)
        else "The time has been given back; there is nothing more to do."
    ]
    if booking.cancellation_reason:
        paragraphs.append(f"Reason: {booking.cancellation_reason}")
    return to_client(
        booking,
        subject=f"Your {service} on {day(booking)} has been cancelled",
        headline="Your appointment was cancelled"
        if was_confirmed
        else "Your request was withdrawn",
        paragraphs=paragraphs,
        button=Link("Book another time", links.service_url(booking.service)),
        # Calendars know only what was confirmed.
        method=Method.CANCEL if was_confirmed else None,
    )


def _expired(booking: Booking) -> Letter:
    business, service = booking.business, booking.service
    free = _nearest_free(booking)
    was_offered = was_offered_times(booking)
    why = (
        f"None of the times that {business.name} offered you was taken in time, so it has ended"
        if was_offered
        else f"We are sorry: {business.name} could not answer it, so it has ended"
    )
    how = "has ended" if was_offered else "was not answered in time"
    paragraphs = [
        why
        + (" and the time is not kept for you any longer" if service.pending_blocks else "")
        + ". There is nothing to cancel.",
        *([] if free else ["Other times may be free."]),
    ]
    return to_client(
        booking,
        subject=f"Your request for {service.name} on {day(booking)} {how}",
        headline=f"Your request {how}",
        paragraphs=[*paragraphs, "You asked for:"],
        button=Link("Find another time", links.service_url(service)),
        more_title="Or take one of these, free at the moment:" if free else "",
        more=free,
    )


def _nearest_free(booking: Booking) -> list[Link]:
    """The nearest free times, each a link to its form; none while nothing can be booked."""
    business, service = booking.business, booking.service
    if closure_of(business, clock.now()) or closure_of_service(service, clock.now()):
        return []
    slots = offers.nearest_slots(
        rulebook_of(business),
        Wish(service=service, duration_minutes=booking.duration_minutes, spots=booking.spots),
        start=booking.starts_at,
        now=clock.now(),
        count=3,
    )
    starts = [moment(slot.starts_at) for slot in slots]
    return [
        Link(
            str(read_clock(start, business.timezone, business.locale)),
            links.confirm_url(booking, start=start),
        )
        for start in starts
    ]


LETTERS: dict[Template, Callable[[Booking], Letter]] = {
    Template.CLIENT_REQUESTED: _requested,
    Template.CLIENT_CONFIRMED: _confirmed,
    Template.CLIENT_REJECTED: _rejected,
    Template.CLIENT_CANCELLED: _cancelled,
    Template.CLIENT_EXPIRED: _expired,
}
