"""Addresses that are sent to people, and the signed token in a client's own link.

A token names a booking, a purpose and the booking's link version; nothing of it is stored.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Business
from booking.models import Booking, Client, Service
from config.core import clock

MANAGE = "manage"
# Only ever in a mail, so that who has it reads the client's mail; `MANAGE` is also where whoever
# fills in the form is led.
PROVE = "prove"
_VALID_AFTER_END = timedelta(days=30)


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def manage_token(booking: Booking) -> str:
    """What opens the client's own page: until 30 days after the end, or a newer link version."""
    return _signer(MANAGE).sign(f"{booking.uuid.hex}.{booking.link_version}")


def prove_token(booking: Booking) -> str:
    """What confirms a request as the client's own."""
    return _signer(PROVE).sign(f"{booking.uuid.hex}.{booking.link_version}")


class LinkClosed(Exception):
    """A link that was ours and true once. `business` is whom to turn to."""

    def __init__(self, business: Business) -> None:
        super().__init__()
        self.business = business


class LinkExpired(LinkClosed):
    """30 days have passed since the end of the booking."""


class LinkReplaced(LinkClosed):
    """A newer mail carries a newer link."""


def booking_of_token(token: str, purpose: str = MANAGE) -> Booking | None:
    """The booking that a token opens for this purpose, or None for one that is not ours.

    Raises `LinkExpired` and `LinkReplaced` for one that was.
    """
    try:
        uuid, version = _signer(purpose).unsign(token).split(".")
    except (signing.BadSignature, ValueError):
        return None
    rows = Booking.objects.select_related("business__settings", "service", "provider", "client")
    booking = rows.filter(uuid=UUID(uuid)).first()
    if booking is None:
        return None
    if booking.ends_at <= clock.now() - _VALID_AFTER_END:
        raise LinkExpired(booking.business)
    if booking.link_version != int(version):
        raise LinkReplaced(booking.business)
    return booking


def manage_url(booking: Booking) -> str:
    return absolute(reverse("booking:own", args=[manage_token(booking)]))


def prove_url(booking: Booking) -> str:
    return absolute(reverse("booking:prove", args=[prove_token(booking)]))


def invite_url(booking: Booking) -> str:
    return absolute(reverse("booking:invite", args=[manage_token(booking)]))


def logo_url(business: Business) -> str:
    """The logo for readers elsewhere, such as mail programs; "" without one."""
    return absolute(business.logo_path) if business.logo else ""


def service_url(service: Service) -> str:
    return absolute(reverse("booking:service", args=[service.business.slug, service.slug]))


def confirm_url(booking: Booking, *, start: datetime) -> str:
    """The form for what was booked, at another start."""
    service = booking.service
    path = reverse("booking:confirm", args=[service.business.slug, service.slug])
    chosen = {"start": start.strftime("%Y-%m-%dT%H:%M:%SZ"), "tz": booking.timezone}
    if booking.duration_minutes != service.duration_minutes:
        chosen["duration"] = str(booking.duration_minutes)
    if booking.spots > 1:
        chosen["spots"] = str(booking.spots)
    return absolute(f"{path}?{urlencode(chosen)}")


def booking_url(slug: str) -> str:
    """The lasting link of a business."""
    return absolute(reverse("booking:business", args=[slug]))


def decide_url(booking: Booking) -> str:
    return absolute(reverse("admin:booking_decide", args=[booking.reference]))


def client_admin_url(client: Client) -> str:
    return absolute(reverse("admin:booking_client_change", args=[client.pk]))


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"booking.link.{purpose}", sep=".")
