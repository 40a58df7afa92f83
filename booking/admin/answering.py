"""What every page has in common on which staff answer a request."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Ability, can
from booking.admin.history import WORDS
from booking.models import ActorKind, Booking, HistoryEntry, Source
from booking.operations import Actor
from config.core.when import short_moment


def staff_actor(request: HttpRequest) -> Actor:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=request.user)


def find_booking(
    request: HttpRequest, reference: str, *, ability: Ability = Ability.SEE
) -> Booking:
    """A booking of the member's own businesses; 404 for any other, 403 without the ability."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    rows = Booking.objects.visible_to(user).select_related(
        "business__settings", "service__business", "provider", "client", "session"
    )
    booking = get_object_or_404(rows, reference=reference)
    if not can(user, ability, booking.business):
        raise PermissionDenied
    timezone.activate(booking.business.zone)
    return booking


def provider_still(booking: Booking) -> int | None:
    """The id of its provider; None where they give the service no longer."""
    still = booking.service.providers.active().filter(pk=booking.provider_id)
    return booking.provider_id if still.exists() else None


def told(booking: Booking) -> str:
    if booking.client_email:
        return f"{booking.client_name} is told by mail."
    return f"{booking.client_name} gave no e-mail: please call {booking.client_phone}."


def last_entry(booking: Booking) -> HistoryEntry | None:
    return booking.history.select_related("actor").last()


def who_answered(booking: Booking) -> str:
    """Who did the last thing, and when: "Approved by Anna, Mon 1 Mar, 07:00." """
    entry = last_entry(booking)
    if entry is None:
        return ""
    business = booking.business
    what = WORDS.get(entry.event) or entry.event.rpartition(".")[2].capitalize()
    who = entry.actor or entry.get_actor_kind_display()
    return f"{what} by {who}, {short_moment(entry.at, business.timezone, business.locale)}."
