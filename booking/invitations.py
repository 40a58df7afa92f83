"""A booking as an iCalendar object (RFC 5545) to be sent (iTIP, RFC 5546) or downloaded."""

from enum import StrEnum

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from booking.contacts import contact_email
from booking.lifecycle import RELEASED, Status
from booking.links import manage_url
from booking.models import Booking
from config.core import clock

PRODID = "-//Openslot//Openslot//EN"


class Method(StrEnum):
    REQUEST = "REQUEST"  # an invitation, or its update
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"  # a file to keep, nothing to answer


def build_invitation(booking: Booking, method: Method) -> bytes:
    """One VEVENT. The UID is the booking's for ever, without host or name (RFC 7986 §5.3)."""
    business = booking.business
    event = Event()
    event.add("uid", str(booking.uuid))
    event.add("sequence", booking.sequence)
    event.add("dtstamp", clock.now())
    event.add("last-modified", booking.updated_at)
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("summary", f"{booking.service.name} — {business.name}")
    event.add("description", describe(booking))
    if booking.location:
        event.add("location", booking.location)
    event.add("status", _status(booking))
    event.add("organizer", _organizer(booking), encode=False)
    if booking.client_email and method != Method.PUBLISH:
        event.add("attendee", _attendee(booking), encode=False)

    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def describe(booking: Booking) -> str:
    """What a calendar entry says below its title, the manage link last."""
    lines = [f"With {booking.provider.name}", f"Reference {booking.reference}"]
    lines += [f"{answer['label']}: {answer['value']}" for answer in booking.answers]
    if booking.notes:
        lines.append(f"Notes: {booking.notes}")
    return "\n".join([*lines, f"See or cancel: {manage_url(booking)}"])


def _status(booking: Booking) -> str:
    if booking.status in RELEASED:
        return "CANCELLED"
    return "TENTATIVE" if booking.status == Status.PENDING else "CONFIRMED"


def _organizer(booking: Booking) -> vCalAddress:
    address = vCalAddress(
        f"mailto:{contact_email(booking.business) or settings.DEFAULT_FROM_EMAIL}"
    )
    address.params["cn"] = vText(booking.business.name)
    return address


def _attendee(booking: Booking) -> vCalAddress:
    address = vCalAddress(f"mailto:{booking.client_email}")
    address.params["cn"] = vText(booking.client_name)
    address.params["role"] = vText("REQ-PARTICIPANT")
    # They chose the time themselves: there is nothing left to answer.
    address.params["partstat"] = vText("ACCEPTED")
    address.params["rsvp"] = vText("FALSE")
    return address
