"""Clients with a past, and the links that are theirs."""

import re
from datetime import timedelta
from email.message import EmailMessage

from django.apps import apps

from booking import client_links
from booking.lifecycle import Status
from booking.models import Booking, Client, Service
from booking.operations import send_asked_links
from config.core import clock
from tests.booking.test_mail import body, dispatch
from tests.conftest import Book, at

EVA = "eva@example.com"


def rows_of_everything() -> list[list[object]]:
    return [list(model._default_manager.order_by("pk").values()) for model in apps.get_models()]


def visit(
    booked: Book, *, days_ago: float = 7, status: str = Status.CONFIRMED, **given: object
) -> Booking:
    """A booking that lies back; only an outcome that staff have noted is no longer confirmed."""
    booking = booked(at(8, day=12), **given)
    begin = clock.now() - timedelta(days=days_ago)
    Booking.objects.filter(pk=booking.pk).update(
        status=status,
        starts_at=begin,
        ends_at=begin + timedelta(hours=1),
        confirmed_at=begin,
        expires_at=None,
        session=booking.session if status not in {Status.CANCELLED, Status.REJECTED} else None,
    )
    if booking.session:
        booking.session.claims.all().delete()
        type(booking.session).objects.filter(pk=booking.session.pk).update(
            starts_at=begin, ends_at=begin + timedelta(hours=1)
        )
    booking.refresh_from_db()
    return booking


def let_return(service: Service, *, visits: int = 1, months: int = 12) -> None:
    """Requests need approval, but for clients who come back."""
    own = service.business.settings
    own.requires_approval = own.auto_approve_returning_clients = True
    own.returning_visits, own.returning_months = visits, months
    own.save()


def page_of(client: Client) -> str:
    return f"/client/{client_links.token_of(client, client_links.PAGE)}/"


def links_in(sent: EmailMessage) -> list[str]:
    """The paths that a mail leads to, in their order."""
    return re.findall(r"^https?://[^/]+(/\S*)$", body(sent), re.MULTILINE)


def mails_of_lost_links() -> dict[str, EmailMessage]:
    """What goes out when the worker has answered who asked: the newest mail by recipient."""
    dispatch()
    send_asked_links()
    return dispatch()
