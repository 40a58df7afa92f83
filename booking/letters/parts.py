"""What letters about bookings are made of."""

from datetime import datetime

from accounts.models import Business
from booking import links
from booking.contacts import contact_email, signer
from booking.events import Event
from booking.invitations import Method, build_invitation
from booking.models import Booking
from booking.times import clocks_of, read_clock
from config.core.money import format_money
from notifications.letters import Fact, Letter, Link

# The words of letters and pages; dates, times and prices follow the business's locale.
LANGUAGE = "en"


def to_client(
    booking: Booking,
    *,
    subject: str,
    headline: str,
    paragraphs: list[str],
    button: Link | None = None,
    more_title: str = "",
    more: list[Link] | None = None,
    more_secrets: tuple[str, ...] = (),
    method: Method | None = None,
) -> Letter:
    business, own = booking.business, booking.business.settings
    return Letter(
        subject=subject,
        headline=headline,
        paragraphs=[f"Dear {booking.client_name},", *paragraphs],
        facts=[*facts(booking, other_clock="For you"), *answers(booking)],
        button=button or Link("See or cancel your booking", links.manage_url(booking)),
        links_title=more_title,
        links=more or [],
        footer=[line for line in (signer(business), business.name, reach(booking)) if line],
        brand=business.name,
        logo_url=links.logo_url(business),
        color=business.color,
        language=LANGUAGE,
        sender_name=own.sender_name or business.name,
        reply_to=contact_email(business),
        secrets=[links.manage_token(booking), *more_secrets],
        calendar=build_invitation(booking, method) if method else b"",
        calendar_method=method or "",
    )


def to_owner(
    booking: Booking, *, subject: str, headline: str, paragraphs: list[str], button: Link
) -> Letter:
    business = booking.business
    return Letter(
        subject=subject,
        headline=headline,
        paragraphs=paragraphs,
        facts=[
            *facts(booking, other_clock="On the client's clock"),
            *fact("Client", booking.client_name),
            *fact("E-mail", booking.client_email),
            *fact("Phone", booking.client_phone),
            *answers(booking),
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


def facts(booking: Booking, *, other_clock: str) -> list[Fact]:
    business = booking.business
    first, *others = clocks_of(booking)
    price = booking.price_amount
    return [
        Fact("Service", booking.service.name),
        Fact("When", str(first)),
        *(Fact(other_clock, str(other)) for other in others),
        Fact("With", booking.provider.name),
        *fact("For", f"{booking.spots} people" if booking.spots > 1 else ""),
        *fact("Where", booking.location),
        *fact("Price", price and format_money(price, booking.currency, business.locale)),
        Fact("Reference", booking.reference),
    ]


def answers(booking: Booking) -> list[Fact]:
    answers = [Fact(answer["label"], answer["value"]) for answer in booking.answers]
    return [*answers, *fact("Notes", booking.notes)]


def fact(label: str, value: str | int) -> list[Fact]:
    return [Fact(label, str(value))] if value else []


def reach(booking: Booking) -> str:
    """How to reach the business, in one line."""
    return reach_of(booking.business)


def reach_of(business: Business) -> str:
    return " · ".join(filter(None, (business.phone, contact_email(business), business.website)))


def day(booking: Booking) -> str:
    business = booking.business
    return read_clock(booking.starts_at, business.timezone, business.locale).date


def answer_by(booking: Booking) -> str:
    """Until when a request waits, on the business's clock."""
    business = booking.business
    return str(
        read_clock(booking.expires_at or booking.starts_at, business.timezone, business.locale)
    )


def place_before(booking: Booking) -> str:
    """When it was before it was moved last, on the business's clock; "" if it never was."""
    entry = booking.history.filter(event=Event.MOVED).last()
    if entry is None:
        return ""
    business, start = booking.business, datetime.fromisoformat(entry.before["starts_at"])
    said = str(read_clock(start, business.timezone, business.locale))
    provider = entry.before.get("provider", "")
    return f"{said}, with {provider}" if provider not in {"", booking.provider.name} else said


def hour(booking: Booking) -> str:
    business = booking.business
    return read_clock(booking.starts_at, business.timezone, business.locale).time
