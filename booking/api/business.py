"""A business and what can be booked there."""

from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Business
from booking.api.fields import money
from booking.api.lookup import find_business
from booking.closures import closure_of
from booking.models import BookingSettings, Question, Resource, Service
from config.core import clock
from config.core.api_view import View


class SettingsOut(serializers.ModelSerializer[BookingSettings]):
    is_active = serializers.SerializerMethodField(help_text="Whether clients can book now.")

    class Meta:
        model = BookingSettings
        fields = [
            "is_active",
            "requires_approval",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "minimum_notice_minutes",
            "booking_horizon_days",
            "cancellation_notice_minutes",
        ]

    def get_is_active(self, settings: BookingSettings) -> bool:
        return closure_of(settings.business, clock.now()) is None


class BusinessOut(serializers.ModelSerializer[Business]):
    settings = SettingsOut()

    class Meta:
        model = Business
        fields = [
            "name",
            "slug",
            "description",
            "address",
            "phone",
            "email",
            "website",
            "timezone",
            "currency",
            "locale",
            "settings",
        ]


class QuestionOut(serializers.ModelSerializer[Question]):
    required = serializers.BooleanField(source="is_required")  # type: ignore[assignment] # a field

    class Meta:
        model = Question
        fields = ["key", "label", "type", "required", "choices"]


class ProviderOut(serializers.ModelSerializer[Resource]):
    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = Resource
        fields = ["id", "name"]


class ServiceOut(serializers.ModelSerializer[Service]):
    """What the service leaves open is answered as its business says."""

    buffer_before_minutes = serializers.SerializerMethodField()
    buffer_after_minutes = serializers.SerializerMethodField()
    price = serializers.SerializerMethodField()
    requires_approval = serializers.SerializerMethodField()
    questions = QuestionOut(many=True)
    providers = ProviderOut(many=True, source="active_providers")

    class Meta:
        model = Service
        fields = [
            "id",
            "slug",
            "name",
            "description",
            "duration_minutes",
            "durations_minutes",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "capacity",
            "price",
            "color",
            "requires_approval",
            "questions",
            "providers",
        ]

    def get_buffer_before_minutes(self, service: Service) -> int:
        return _own_or(
            service.buffer_before_minutes, service.business.settings.buffer_before_minutes
        )

    def get_buffer_after_minutes(self, service: Service) -> int:
        return _own_or(service.buffer_after_minutes, service.business.settings.buffer_after_minutes)

    def get_price(self, service: Service) -> dict[str, int | str]:
        return money(service.price_amount, service.business.currency)

    def get_requires_approval(self, service: Service) -> bool:
        return service.needs_approval(service.business.settings)


def _own_or(own: int | None, usual: int) -> int:
    return usual if own is None else own


class BusinessView(View):
    def get(self, request: Request, business_slug: str) -> Response:
        return Response(BusinessOut(find_business(business_slug)).data)


class ServicesView(View):
    def get(self, request: Request, business_slug: str) -> Response:
        """All that is offered, in the order of the booking page; what pauses is among it."""
        return Response(_services(find_business(business_slug)))


def _services(business: Business) -> Any:
    people = Prefetch("providers", Resource.objects.active(), to_attr="active_providers")
    services = business.services.active().prefetch_related("questions", people)
    return ServiceOut(services, many=True).data
