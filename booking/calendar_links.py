"""A booking for the client's own calendar: pages with the event filled in, and a file."""

from urllib.parse import quote, urlencode

from booking import links
from booking.models import Booking
from notifications.letters import Link

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
OFFICE = "https://outlook.office.com/calendar/0/deeplink/compose"


def calendar_links(booking: Booking) -> list[Link]:
    """Google, Outlook.com, Office 365, and a file for all others; instants are in UTC."""
    return [
        Link("Google", _google(booking)),
        Link("Outlook.com", _outlook(OUTLOOK, booking)),
        Link("Office 365", _outlook(OFFICE, booking)),
        Link("Apple and others (.ics)", links.invite_url(booking)),
    ]


def _google(booking: Booking) -> str:
    """The parameters are those of calendar.google.com/calendar/render?action=TEMPLATE."""
    form = "%Y%m%dT%H%M%SZ"
    query = {
        "action": "TEMPLATE",
        "text": _title(booking),
        "dates": f"{booking.starts_at.strftime(form)}/{booking.ends_at.strftime(form)}",
        "details": _details(booking),
        "location": booking.location,
        "ctz": booking.business.timezone,
    }
    return f"{GOOGLE}?{urlencode(query)}"


def _outlook(page: str, booking: Booking) -> str:
    """Outlook on the web reads a plus sign as one: spaces are written %20."""
    form = "%Y-%m-%dT%H:%M:%SZ"
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": _title(booking),
        "startdt": booking.starts_at.strftime(form),
        "enddt": booking.ends_at.strftime(form),
        "body": _details(booking),
        "location": booking.location,
    }
    return f"{page}?{urlencode(query, quote_via=quote)}"


def _details(booking: Booking) -> str:
    """No more than this: addresses are short, and read by others than the client."""
    return f"With {booking.provider.name}\nReference {booking.reference}"


def _title(booking: Booking) -> str:
    return f"{booking.service.name} — {booking.business.name}"
