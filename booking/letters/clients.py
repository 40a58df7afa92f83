"""Letters about a client rather than one booking."""

import hashlib
from enum import StrEnum
from uuid import UUID

from booking import client_links, links
from booking.contacts import contact_email, signer
from booking.letters.parts import LANGUAGE, fact, reach_of
from booking.lifecycle import Status
from booking.models import Booking, Client
from booking.times import clocks_of, read_clock
from config.core import clock
from notifications.letters import Letter, Link

# More than anybody looks through in a mail; the client page has them all.
_MOST_LINKS = 20


class ClientTemplate(StrEnum):
    CLIENT_LINKS = "client_links"
    OWNER_ERASURE = "owner_erasure"


def subject_for(client: Client) -> str:
    """What a letter to the client is filed under. It names the address too: one that waits while
    staff change the address must not open anything to whoever has the former one.
    """
    return f"{client.public_id.hex}.{_digest(client)}"


def compose(template: str, subject_id: str) -> Letter | None:
    """The letter as it is true now, or None when it has lost its reason."""
    public_id, _, address = subject_id.partition(".")
    rows = Client.objects.select_related("business__settings").filter(public_id=UUID(public_id))
    client = rows.first()
    if client is None or (address and address != _digest(client)):
        return None
    return _LETTERS[ClientTemplate(template)](client)


def _digest(client: Client) -> str:
    return hashlib.sha256(client.email.lower().encode()).hexdigest()[:16]


def _links(client: Client) -> Letter | None:
    """What is to come, each with its link, and the way to everything else."""
    if not client.email:
        return None
    business, hours = client.business, client_links.VALID_HOURS[client_links.PAGE]
    bookings = _upcoming(client)
    token = client_links.token_of(client, client_links.PAGE)
    return Letter(
        subject=f"Your bookings with {business.name}",
        headline="Here are your bookings" if bookings else "Nothing is booked at the moment",
        paragraphs=[
            f"Dear {client.name},",
            f"Somebody, most likely you, asked {business.name} for your links. If it was not you,"
            " you can ignore this mail: nobody but its reader can open them.",
            f"The page with all your visits opens for {hours} hours. After that you can have a new"
            " link sent.",
        ],
        facts=[],
        button=Link("See all your visits", client_links.client_url(client, token)),
        links=[
            *(Link(_label(booking), links.manage_url(booking)) for booking in bookings),
            Link("Have a new link sent", client_links.lost_url(client)),
        ],
        footer=[line for line in (signer(business), business.name, reach_of(business)) if line],
        brand=business.name,
        logo_url=links.logo_url(business),
        color=business.color,
        language=LANGUAGE,
        sender_name=business.settings.sender_name or business.name,
        reply_to=contact_email(business),
        secrets=[token, *(links.manage_token(booking) for booking in bookings)],
    )


def _upcoming(client: Client) -> list[Booking]:
    rows = Booking.objects.filter(client=client).upcoming(clock.now())
    return list(rows.select_related("business__settings", "service", "provider")[:_MOST_LINKS])


def _label(booking: Booking) -> str:
    """For example "Haircut — Tuesday, 2 March 2027, 09:00 (Berlin) · 17:00 for you (Tokyo)"."""
    here, *elsewhere = clocks_of(booking)
    when = str(here)
    for there in elsewhere:
        day = "" if there.date == here.date else f"{there.date}, "
        when += f" · {day}{there.time} for you ({there.place})"
    waits = ", not answered yet" if booking.status == Status.PENDING else ""
    return f"{booking.service.name} — {when}{waits}"


def _erasure(client: Client) -> Letter | None:
    """To the business: somebody asks to be forgotten."""
    asked_at, business = client.erase_requested_at, client.business
    if asked_at is None:
        return None
    return Letter(
        subject=f"{client.name} asks you to erase their data",
        headline=f"{client.name} asks you to erase their data",
        paragraphs=[
            "They asked on their own page, which they opened by a link in a mail to their address.",
            "Nothing has been erased, and no booking was cancelled. In most countries the law"
            " gives you a month to answer. On the page of this client you can remove what you do"
            " not have to keep, and tick that it is done.",
        ],
        facts=[
            *fact("Client", client.name),
            *fact("E-mail", client.email),
            *fact("Phone", client.phone),
            *fact("Asked", str(read_clock(asked_at, business.timezone, business.locale))),
        ],
        button=Link("Open this client", links.client_admin_url(client)),
        footer=[business.name],
        brand=business.name,
        logo_url=links.logo_url(business),
        color=business.color,
        language=LANGUAGE,
        sender_name=business.name,
        reply_to=client.email,
    )


_LETTERS = {
    ClientTemplate.CLIENT_LINKS: _links,
    ClientTemplate.OWNER_ERASURE: _erasure,
}
