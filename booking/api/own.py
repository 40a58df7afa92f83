"""One booking, for its client, who proves it by the token that came with it."""

from typing import Any

from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from booking import links
from booking.api.fields import MomentField, iso, messages_of
from booking.lifecycle import Status
from booking.models import ActorKind, Booking, Source
from booking.operations import Actor, cancel_booking
from booking.web.forms import ReasonForm
from config.core.api_view import View

# Tells a client's token from other kinds.
PREFIX = "osm_"
CLIENT = Actor(kind=ActorKind.CLIENT, source=Source.API)
# What has not happened to a booking is left out of it.
_IF_ANY = frozenset(
    {
        *("expires_at", "confirmed_at", "approved_at", "rejection_reason"),
        *("cancelled_at", "cancellation_reason", "completed_at"),
    }
)


class ManageToken(BaseAuthentication):
    """`Authorization: Bearer osm_…`: nobody is signed in, and `request.auth` is the booking."""

    def authenticate(self, request: Request) -> tuple[None, Booking] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(PREFIX):
            return None
        try:
            booking = links.booking_of_token(token.removeprefix(PREFIX))
        except links.LinkClosed as closed:
            raise AuthenticationFailed from closed
        if booking is None:
            raise AuthenticationFailed
        return None, booking

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BookingOut(serializers.Serializer[Booking]):
    """A booking as its client may see it."""

    reference = serializers.CharField()
    status = serializers.SerializerMethodField()
    service = serializers.CharField(source="service.slug")
    start = MomentField(source="starts_at")
    end = MomentField(source="ends_at")
    timezone = serializers.CharField()
    provider = serializers.UUIDField(source="provider.public_id")
    spots = serializers.IntegerField()
    client_name = serializers.CharField()
    client_email = serializers.CharField()
    client_phone = serializers.CharField()
    notes = serializers.CharField()
    answers = serializers.SerializerMethodField()
    manage_token = serializers.SerializerMethodField()
    manage_url = serializers.SerializerMethodField()
    invite_url = serializers.SerializerMethodField()
    source = serializers.CharField()  # type: ignore[assignment] # DRF takes fields off the class
    created_at = MomentField()
    updated_at = MomentField()
    expires_at = serializers.SerializerMethodField()
    confirmed_at = MomentField()
    approved_at = MomentField()
    rejection_reason = serializers.CharField()
    cancelled_at = MomentField()
    cancellation_reason = serializers.CharField()
    completed_at = MomentField()

    def to_representation(self, booking: Booking) -> dict[str, Any]:
        every = super().to_representation(booking)
        return {name: value for name, value in every.items() if value or name not in _IF_ANY}

    def get_status(self, booking: Booking) -> str:
        return booking.present_status

    def get_expires_at(self, booking: Booking) -> str | None:
        """Until when a request waits for its answer."""
        if booking.status != Status.PENDING or booking.expires_at is None:
            return None
        return iso(booking.expires_at, booking.timezone)

    def get_answers(self, booking: Booking) -> dict[str, str]:
        return {answer["key"]: answer["value"] for answer in booking.answers}

    def get_manage_token(self, booking: Booking) -> str:
        return PREFIX + links.manage_token(booking)

    def get_manage_url(self, booking: Booking) -> str:
        return links.manage_url(booking)

    def get_invite_url(self, booking: Booking) -> str:
        return links.invite_url(booking)


class ReasonInput(serializers.Serializer[Any]):
    """As the page's form, which has the rule."""

    reason = serializers.CharField(required=False, allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        form = ReasonForm(given)
        if not form.is_valid():
            raise serializers.ValidationError(messages_of(form))
        return form.cleaned_data


class BookingView(View):
    authentication_classes = [ManageToken]

    def get(self, request: Request, reference: str) -> Response:
        return Response(shown(_own(request, reference)))


class CancelView(View):
    authentication_classes = [ManageToken]

    def post(self, request: Request, reference: str) -> Response:
        """Cancel, until the business's notice begins; a second time changes nothing."""
        booking = _own(request, reference)
        given = ReasonInput(data=request.data)
        given.is_valid(raise_exception=True)
        cancelled = cancel_booking(
            booking=booking, reason=given.validated_data["reason"], actor=CLIENT
        )
        return Response(shown(cancelled))


def shown(booking: Booking) -> Any:
    return BookingOut(booking, context={"timezone": booking.timezone}).data


def _own(request: Request, reference: str) -> Booking:
    """The booking that the token opens, if it is the one in the address."""
    booking = request.auth
    if not isinstance(booking, Booking):
        raise NotAuthenticated
    if booking.reference != reference:
        raise NotFound
    return booking
