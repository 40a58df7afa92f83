"""Keeping a time for a while, for whoever knows the hold's id."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking.api.fields import MomentField
from booking.api.limits import client_of, counting_vain_attempts
from booking.api.lookup import find_business, get_hold
from booking.api.slots import telling_what_else_there_is
from booking.api.wishes import WishInput
from booking.models import Hold
from booking.operations import extend_hold, place_hold, release_hold
from config.core import throttle
from config.core.addresses import client_digest
from config.core.api_view import View


class HoldOut(serializers.Serializer[Hold]):
    id = serializers.UUIDField(source="public_id")
    expires_at = MomentField()
    provider = serializers.UUIDField(source="session.provider.public_id")
    session = serializers.UUIDField(source="session.public_id")
    start = MomentField(source="session.starts_at")
    end = MomentField(source="session.ends_at")


class HoldsView(View):
    def post(self, request: Request, business_slug: str) -> Response:
        """Keep a time. One client keeps two at once."""
        business = find_business(business_slug)
        client = client_of(request)
        throttle.check(client, "holds", "attempts")
        throttle.count(client, "holds")
        with counting_vain_attempts(client):
            asked = WishInput(data=request.data, context={"business": business})
            asked.is_valid(raise_exception=True)
            given = asked.validated_data
            with telling_what_else_there_is(given["wish"], given["timezone"]):
                hold = place_hold(
                    wish=given["wish"], start=given["start"], holder=client_digest(client)
                )
        return Response(_shown(hold, given["timezone"]), status=201)


class HoldView(View):
    def delete(self, request: Request, business_slug: str, public_id: UUID) -> Response:
        """Give the time back at once."""
        release_hold(hold=get_hold(find_business(business_slug), public_id))
        return Response(status=204)


class ExtendView(View):
    def post(self, request: Request, business_slug: str, public_id: UUID) -> Response:
        """Keep it once more as long, from now on; a second time changes nothing."""
        business = find_business(business_slug)
        hold = extend_hold(hold=get_hold(business, public_id))
        return Response(_shown(hold, business.timezone))


def _shown(hold: Hold, timezone: str) -> Any:
    return HoldOut(hold, context={"timezone": timezone}).data
