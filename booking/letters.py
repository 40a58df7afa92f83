"""The letters about bookings: to the client in the client's zone, to the business in its own."""

from collections.abc import Callable
from enum import StrEnum

from booking import links, offers
from booking.calendar_links import calendar_links
from booking.closures import closure_of, closure_of_service
from booking.contacts import canceller, contact_email, signer
from booking.invitations import Method, build_invitation
from booking.lifecycle import Status
from booking.models import Booking
from booking.operations.cancel import cancellation_deadline
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.times import clocks_of, read_clock
from booking.wish import Wish
from config.core import clock
from config.core.money import format_money
from notifications.letters import Fact, Letter, Link

# The words of letters and pages; dates, times and prices follow the business's locale.
LANGUAGE = "en"
_NOT_KEPT = "Until then others can ask for the same time"


class Template(StrEnum):
    CLIENT_REQUESTED = "client_requested"
    CLIENT_CONFIRMED = "client_confirmed"
    CLIENT_REJECTED = "client_rejected"
    CLIENT_CANCELLED = "client_cancelled"
    CLIENT_EXPIRED = "client_expired"
    OWNER_REQUESTED = "owner_requested"
    OWNER_CONFIRMED = "owner_confirmed"
    OWNER_CANCELLED = "owner_cancelled"
    OWNER_EXPIRED = "owner_expired"


# A message whose booking has moved on since has lost its reason.
STILL_TRUE = {
    Template.CLIENT_REQUESTED: {Status.PENDING},
    Template.CLIENT_CONFIRMED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
    Template.CLIENT_REJECTED: {Status.REJECTED},
    Template.CLIENT_CANCELLED: {Status.CANCELLED},
    Template.CLIENT_EXPIRED: {Status.EXPIRED},
    Template.OWNER_REQUESTED: {Status.PENDING},
    Template.OWNER_CONFIRMED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
    Template.OWNER_CANCELLED: {Status.CANCELLED},
    Template.OWNER_EXPIRED: {Status.EXPIRED},
}


def compose(template: str, subject_id: str) -> Letter | None:
    """The letter as it is true now, or None when it has lost its reason."""
    booking = (
        Booking.objects.select_related("business__settings", "service", "provider", "client")
        .filter(uuid=subject_id)
        .first()
    )
    if booking is None or booking.present_status not in STILL_TRUE[Template(template)]:
        return None
    return _LETTERS[Template(template)](booking)


def _client_requested(booking: Booking) -> Letter:
    name, service = booking.business.name, booking.service.name
    return _to_client(
        booking,
        subject=f"Your request for {service} — {_day(booking)} at {_hour(booking)}",
        headline="Your request was sent",
        paragraphs=[
            f"{name} has until {_answer_by(booking)} to answer it."
            f" {'The time is kept for you until then' if booking.session_id else _NOT_KEPT};"
            " you will get a mail either way."
        ],
        button=Link("See or withdraw the request", links.manage_url(booking)),
    )


def _client_confirmed(booking: Booking) -> Letter:
    service = booking.service.name
    return _to_client(
        booking,
        subject=f"Your {service} is confirmed — {_day(booking)} at {_hour(booking)}",
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


def _client_rejected(booking: Booking) -> Letter:
    service = booking.service.name
    paragraphs = [f"{booking.business.name} cannot take your request for this time."]
    if booking.rejection_reason:
        paragraphs.append(f"They write: {booking.rejection_reason}")
    return _to_client(
        booking,
        subject=f"Your request for {service} on {_day(booking)} could not be accepted",
        headline="Your request was declined",
        paragraphs=[*paragraphs, "The other free times are on the booking page."],
        button=Link("Find another time", links.service_url(booking.service)),
    )


def _client_cancelled(booking: Booking) -> Letter:
    service, was_confirmed = booking.service.name, booking.confirmed_at is not None
    paragraphs = [
        f"{booking.business.name} had to cancel it."
        if canceller(booking)
        else "The time has been given back; there is nothing more to do."
    ]
    if booking.cancellation_reason:
        paragraphs.append(f"Reason: {booking.cancellation_reason}")
    return _to_client(
        booking,
        subject=f"Your {service} on {_day(booking)} has been cancelled",
        headline="Your appointment was cancelled"
        if was_confirmed
        else "Your request was withdrawn",
        paragraphs=paragraphs,
        button=Link("Book another time", links.service_url(booking.service)),
        # Calendars know only what was confirmed.
        method=Method.CANCEL if was_confirmed else None,
    )


def _client_expired(booking: Booking) -> Letter:
    business, service = booking.business, booking.service
    free = _nearest_free(booking)
    paragraphs = [
        f"We are sorry: {business.name} could not answer it, so it has ended"
        + (" and the time is not kept for you any longer" if service.pending_blocks else "")
        + ". There is nothing to cancel.",
        *([] if free else ["Other times may be free."]),
    ]
    return _to_client(
        booking,
        subject=f"Your request for {service.name} on {_day(booking)} was not answered in time",
        headline="Your request was not answered in time",
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


def _owner_requested(booking: Booking) -> Letter:
    return _to_owner(
        booking,
        subject=f"New request: {booking.client_name} — {booking.service.name} on {_day(booking)}",
        headline=f"{booking.client_name} asks for a time",
        paragraphs=[
            f"Please answer by {_answer_by(booking)}:"
            f" {'the time is kept until then' if booking.session_id else 'it takes no time yet'},"
            f" and after it the request ends by itself. {_hears_of_it(booking)}"
        ],
        button=Link("Approve or decline", links.decide_url(booking)),
    )


def _hears_of_it(booking: Booking) -> str:
    if booking.client_email:
        return "The client hears of your decision by mail."
    return f"The client gave no e-mail: please call {booking.client_phone} then."


def _owner_confirmed(booking: Booking) -> Letter:
    return _to_owner(
        booking,
        subject=f"New booking: {booking.client_name} — {booking.service.name} on {_day(booking)}",
        headline=f"{booking.client_name} is booked",
        paragraphs=["It is confirmed; there is nothing to do."],
        button=Link("See the booking", links.decide_url(booking)),
    )


def _owner_cancelled(booking: Booking) -> Letter:
    who = canceller(booking) or "The client"
    paragraphs = [f"{who} cancelled it, and the time is free again."]
    if booking.cancellation_reason:
        paragraphs.append(f"Reason: {booking.cancellation_reason}")
    return _to_owner(
        booking,
        subject=f"Cancelled: {booking.client_name} — {booking.service.name} on {_day(booking)}",
        headline=f"The booking of {booking.client_name} was cancelled",
        paragraphs=paragraphs,
        button=Link("See the booking", links.decide_url(booking)),
    )


def _owner_expired(booking: Booking) -> Letter:
    return _to_owner(
        booking,
        subject=f"Request expired: {booking.client_name} — {booking.service.name}"
        f" on {_day(booking)}",
        headline=f"The request of {booking.client_name} has expired",
        paragraphs=[
            "Nobody answered it in time, so the time is free again. "
            + (
                "The client was told by mail and asked to choose another one."
                if booking.client_email
                else f"The client gave no e-mail: please call {booking.client_phone}."
            )
        ],
        button=Link("See the request", links.decide_url(booking)),
    )


_LETTERS: dict[Template, Callable[[Booking], Letter]] = {
    Template.CLIENT_REQUESTED: _client_requested,
    Template.CLIENT_CONFIRMED: _client_confirmed,
    Template.CLIENT_REJECTED: _client_rejected,
    Template.CLIENT_CANCELLED: _client_cancelled,
    Template.CLIENT_EXPIRED: _client_expired,
    Template.OWNER_REQUESTED: _owner_requested,
    Template.OWNER_CONFIRMED: _owner_confirmed,
    Template.OWNER_CANCELLED: _owner_cancelled,
    Template.OWNER_EXPIRED: _owner_expired,
}


def _to_client(
    booking: Booking,
    *,
    subject: str,
    headline: str,
    paragraphs: list[str],
    button: Link | None = None,
    more_title: str = "",
    more: list[Link] | None = None,
    method: Method | None = None,
) -> Letter:
    business, own = booking.business, booking.business.settings
    return Letter(
        subject=subject,
        headline=headline,
        paragraphs=[f"Dear {booking.client_name},", *paragraphs],
        facts=[*_facts(booking, other_clock="For you"), *_answers(booking)],
        button=button or Link("See or cancel your booking", links.manage_url(booking)),
        links_title=more_title,
        links=more or [],
        footer=[line for line in (signer(business), business.name, _reach(booking)) if line],
        brand=business.name,
        logo_url=links.logo_url(business),
        color=business.color,
        language=LANGUAGE,
        sender_name=own.sender_name or business.name,
        reply_to=contact_email(business),
        secrets=[links.manage_token(booking)],
        calendar=build_invitation(booking, method) if method else b"",
        calendar_method=method or "",
    )


def _to_owner(
    booking: Booking, *, subject: str, headline: str, paragraphs: list[str], button: Link
) -> Letter:
    business = booking.business
    return Letter(
        subject=subject,
        headline=headline,
        paragraphs=paragraphs,
        facts=[
            *_facts(booking, other_clock="On the client's clock"),
            *_fact("Client", booking.client_name),
            *_fact("E-mail", booking.client_email),
            *_fact("Phone", booking.client_phone),
            *_answers(booking),
        ],
        button=button,
        footer=[business.name],
        brand=business.name,
        logo_url=links.logo_url(business),
        color=business.color,
        language=LANGUAGE,
        sender_name=business.name,
        reply_to=booking.client_email,
    )


def _facts(booking: Booking, *, other_clock: str) -> list[Fact]:
    business = booking.business
    first, *others = clocks_of(booking)
    price = booking.price_amount
    return [
        Fact("Service", booking.service.name),
        Fact("When", str(first)),
        *(Fact(other_clock, str(other)) for other in others),
        Fact("With", booking.provider.name),
        *_fact("For", f"{booking.spots} people" if booking.spots > 1 else ""),
        *_fact("Where", booking.location),
        *_fact("Price", price and format_money(price, booking.currency, business.locale)),
        Fact("Reference", booking.reference),
    ]


def _answers(booking: Booking) -> list[Fact]:
    answers = [Fact(answer["label"], answer["value"]) for answer in booking.answers]
    return [*answers, *_fact("Notes", booking.notes)]


def _fact(label: str, value: str | int) -> list[Fact]:
    return [Fact(label, str(value))] if value else []


def _reach(booking: Booking) -> str:
    """How to reach the business, in one line."""
    business = booking.business
    return " · ".join(filter(None, (business.phone, contact_email(business), business.website)))


def _day(booking: Booking) -> str:
    business = booking.business
    return read_clock(booking.starts_at, business.timezone, business.locale).date


def _answer_by(booking: Booking) -> str:
    """Until when a request waits, on the business's clock."""
    business = booking.business
    return str(
        read_clock(booking.expires_at or booking.starts_at, business.timezone, business.locale)
    )


def _hour(booking: Booking) -> str:
    business = booking.business
    return read_clock(booking.starts_at, business.timezone, business.locale).time
