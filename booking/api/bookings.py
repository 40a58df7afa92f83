"""Booking a time."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Business
from booking.api.fields import AnswerField, messages_of
from booking.api.limits import client_of, counting_vain_attempts
from booking.api.lookup import find_business
from booking.api.own import CLIENT, shown
from booking.api.slots import telling_what_else_there_is
from booking.api.wishes import WishInput
from booking.links import absolute
from booking.models import Booking, QuestionType, Service
from booking.operations import book
from booking.web.forms import BookingForm
from booking.web.query import find_hold
from config.core import clock, throttle
from config.core.api_view import View

# What the page's form calls the fields of a body.
_FIELDS = {"name": "client_name", "email": "client_email", "phone": "client_phone"}
_KEY_HEADER = "Idempotency-Key"
_KEY_LENGTH = 100


class BookingInput(WishInput):
    """As the page's form: it has the rules, and here are only the types."""

    hold = serializers.UUIDField(required=False, allow_null=True)
    client_name = serializers.CharField()
    client_email = serializers.CharField(required=False, allow_blank=True)
    client_phone = serializers.CharField(required=False, allow_blank=True)
    notes = serializers.CharField(required=False, allow_blank=True)
    answers = serializers.DictField(
        child=AnswerField(allow_blank=True, allow_null=True), default=dict
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        service: Service = given["wish"].service
        form = BookingForm(service, _as_form(given))
        errors = _errors_of_answers(form, given["answers"]) | _errors_of(form)
        if errors:
            raise serializers.ValidationError(errors)
        return given | {
            "details": form.details(timezone=given["timezone"]),
            "hold": find_hold(service, str(given.get("hold") or "")),
        }


def _as_form(given: dict[str, Any]) -> dict[str, Any]:
    contact = {name: given.get(field, "") for name, field in _FIELDS.items()}
    answers = {f"answer_{key}": value for key, value in given["answers"].items()}
    return {**contact, "notes": given.get("notes", ""), **answers}


def _errors_of(form: BookingForm) -> dict[str, Any]:
    return {_field(name): found for name, found in messages_of(form).items()}


def _field(name: str) -> str:
    """The field of the body that the form calls `name`."""
    is_answer = name.startswith("answer_")
    return f"answers.{name.removeprefix('answer_')}" if is_answer else _FIELDS.get(name, name)


def _errors_of_answers(form: BookingForm, answers: dict[str, str | None]) -> dict[str, Any]:
    """What a form cannot get wrong: questions that nobody asked, and ticks that are none."""
    errors = {}
    types = {question.key: question.type for question in form.questions}
    for key, answer in answers.items():
        if key not in types:
            errors[f"answers.{key}"] = ["This service asks no such question."]
        elif types[key] == QuestionType.YES_NO and answer not in {"true", "false", None}:
            errors[f"answers.{key}"] = ["Please answer true or false."]
    return errors


class BookingsView(View):
    def post(self, request: Request, business_slug: str) -> Response:
        """Book. The same `Idempotency-Key` again answers with the booking that it has made.

        A hold that is over, or unknown, is no hindrance: the time is booked if it is still free.
        """
        business, key = find_business(business_slug), _idempotency_key(request)
        _check_limits(request, business, key)
        asked_at = clock.now()
        with counting_vain_attempts(client_of(request)):
            booking = _book(business, request.data, key)
        if booking.created_at >= asked_at:
            throttle.count(client_of(request), "bookings")
        address = absolute(reverse("booking_api:booking", args=[booking.reference]))
        return Response(shown(booking), status=201, headers={"Location": address})


def _book(business: Business, data: Any, key: str | None) -> Booking:
    asked = BookingInput(data=data, context={"business": business})
    asked.is_valid(raise_exception=True)
    given = asked.validated_data
    with telling_what_else_there_is(given["wish"], given["timezone"]):
        return book(
            wish=given["wish"],
            start=given["start"],
            details=given["details"],
            actor=CLIENT,
            hold=given["hold"],
            idempotency_key=key,
        )


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get(_KEY_HEADER)
    if not key:
        return None
    if len(key) > _KEY_LENGTH or not (key.isascii() and key.isprintable()):
        problem = f"A key has at most {_KEY_LENGTH} printable ASCII characters."
        raise serializers.ValidationError({_KEY_HEADER: [problem]})
    return key


def _check_limits(request: Request, business: Business, key: str | None) -> None:
    """Raise `Throttled`, but for what has booked already: sent again, it makes nothing new."""
    try:
        throttle.check(client_of(request), "bookings", "attempts")
    except throttle.Throttled:
        made = Booking.objects.for_business(business).filter(idempotency_key=key)
        if key is None or not made.exists():
            raise
