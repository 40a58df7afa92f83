"""Letters about other times that staff have offered for a request."""

from collections.abc import Callable

from booking import links
from booking.contacts import offer_message
from booking.letters.kinds import Template
from booking.letters.parts import day, hour, to_client, to_owner
from booking.models import Booking, Hold
from booking.times import clocks, read_clock
from config.core import clock
from notifications.letters import Letter, Link


def _offered(booking: Booking) -> Letter | None:
    """None once nothing is kept any more."""
    holds = list(booking.holds.standing_offers(clock.now()))
    if not holds:
        return None
    name, service, message = booking.business.name, booking.service.name, offer_message(booking)
    one = len(holds) == 1
    business = booking.business
    first = min(hold.expires_at for hold in holds)
    until = read_clock(first, business.timezone, business.locale)
    return to_client(
        booking,
        subject=f"{name} offers you {'another time' if one else 'other times'} for {service}",
        headline=f"{name} offers you {'another time' if one else 'other times'}",
        paragraphs=[
            *([f"They write: {message}"] if message else []),
            f"{'It is' if one else 'Each is'} kept for you until {until}."
            f" Open the page, and take {'it' if one else 'one'} there if it suits you.",
            "You asked for:",
        ],
        button=Link("See and choose", links.manage_url(booking)),
        more_title="They can offer you:",
        more=[Link(_words(booking, hold), links.manage_url(booking)) for hold in holds],
    )


def _words(booking: Booking, hold: Hold) -> str:
    """When, on each clock that matters, and with whom where that is somebody else."""
    business = booking.business
    here, *there = clocks(
        hold.session.starts_at,
        business_zone=business.timezone,
        client_zone=booking.timezone,
        locale=business.locale,
    )
    others = "".join(f", for you {time}" for time in there)
    provider = hold.session.provider
    whom = f", with {provider.name}" if provider != booking.provider else ""
    return f"{here}{others}{whom}"


def _accepted(booking: Booking) -> Letter:
    return to_owner(
        booking,
        subject=f"Offer taken: {booking.client_name} — {booking.service.name} on {day(booking)}",
        headline=f"{booking.client_name} has taken a time that you offered",
        paragraphs=[
            f"It is confirmed for {day(booking)} at {hour(booking)}; there is nothing to do."
            " The time that was asked for first, and the others that you offered, are free again."
        ],
        button=Link("See the booking", links.decide_url(booking)),
    )


LETTERS: dict[Template, Callable[[Booking], Letter | None]] = {
    Template.CLIENT_OFFERED: _offered,
    Template.OWNER_OFFER_ACCEPTED: _accepted,
}
