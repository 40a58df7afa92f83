"""Deciding and cancelling: addresses of their own, outside the transactions of Django's admin.

GET only shows; every change is a POST that calls one operation.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from accounts.permissions import Ability, can
from booking.admin.answering import find_booking, last_entry, staff_actor, told, who_answered
from booking.admin.client_record import record_of
from booking.admin.day_around import day_around
from booking.admin.offering import offer
from booking.contacts import offer_message
from booking.lifecycle import InvalidTransition, Status
from booking.models import Booking
from booking.no_shows import warning_of
from booking.operations import (
    approve_booking,
    cancel_booking,
    mark_completed,
    mark_no_show,
    outcomes_of,
    reject_booking,
    requested_move,
)
from booking.operations.move import MOVABLE
from booking.times import clocks_of
from config.core import clock
from config.core.errors import DomainError
from config.core.fields import CleanCharField
from config.core.text import validate_text


class ReasonForm(forms.Form):
    reason = CleanCharField(
        required=False,
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 3}),
        help_text="Sent to the client as you write it. May be left empty.",
    )


class CancelForm(ReasonForm):
    tell_client = forms.BooleanField(
        label="Tell the client by mail",
        required=False,
        initial=True,
        help_text="Untick it where you have told them already.",
    )


Decision = Callable[[HttpRequest, str], HttpResponse]


def urls(wrap: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    """Below `/admin/`; `wrap` is the site's `admin_view`, which asks for a sign-in."""
    return [
        path("bookings/<str:reference>/decide/", wrap(decide), name="booking_decide"),
        path("bookings/<str:reference>/approve/", wrap(approve), name="booking_approve"),
        path("bookings/<str:reference>/reject/", wrap(reject), name="booking_reject"),
        path("bookings/<str:reference>/cancel/", wrap(cancel), name="booking_cancel"),
        path("bookings/<str:reference>/offer/", wrap(offer), name="booking_offer"),
        path("bookings/<str:reference>/no-show/", wrap(no_show), name="booking_no_show"),
        path("bookings/<str:reference>/complete/", wrap(complete), name="booking_complete"),
    ]


@require_safe
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    booking = find_booking(request, reference)
    return _page(request, booking, _form_for(booking))


def _form_for(booking: Booking) -> ReasonForm:
    return CancelForm() if booking.status == Status.CONFIRMED else ReasonForm()


def post_or_show(view: Decision) -> Decision:
    """A POST decides; a GET, as after signing in again, leads to the page that asks."""

    @wraps(view)
    def checked(request: HttpRequest, reference: str) -> HttpResponse:
        if request.method != "POST":
            return redirect("admin:booking_decide", reference)
        return view(request, reference)

    return checked


@post_or_show
def approve(request: HttpRequest, reference: str) -> HttpResponse:
    booking = find_booking(request, reference, ability=Ability.SERVE)
    return _carry_out(request, booking, approve_booking, "Approved.")


@post_or_show
def reject(request: HttpRequest, reference: str) -> HttpResponse:
    return _with_reason(request, reference, reject_booking, "Declined, and the time is free again.")


@post_or_show
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    booking = find_booking(request, reference, ability=Ability.SERVE)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, booking, form, status=400)
    done = "Cancelled, and the time is free again."
    return _carry_out(request, booking, cancel_booking, done, **form.cleaned_data)


@post_or_show
def no_show(request: HttpRequest, reference: str) -> HttpResponse:
    return _mark(request, reference, mark_no_show, "Marked as a no-show.")


@post_or_show
def complete(request: HttpRequest, reference: str) -> HttpResponse:
    return _mark(request, reference, mark_completed, "Marked as kept.")


def _mark(
    request: HttpRequest, reference: str, operation: Callable[..., Booking], done: str
) -> HttpResponse:
    """Of what became of a booking nobody is told by mail."""
    booking = find_booking(request, reference, ability=Ability.SERVE)
    try:
        operation(booking=booking, actor=staff_actor(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return _back(request, booking)


def _with_reason(
    request: HttpRequest, reference: str, operation: Callable[..., Booking], done: str
) -> HttpResponse:
    booking = find_booking(request, reference, ability=Ability.SERVE)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, booking, form, status=400)
    return _carry_out(request, booking, operation, done, reason=form.cleaned_data["reason"])


def _carry_out(
    request: HttpRequest,
    booking: Booking,
    operation: Callable[..., Booking],
    done: str,
    **given: Any,
) -> HttpResponse:
    """Call the operation, say what came of it, and lead back to where the button was."""
    try:
        operation(booking=booking, actor=staff_actor(request), **given)
    except InvalidTransition as error:
        messages.error(request, f"{error.message} {who_answered(booking)}".strip())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        _say_done(request, booking, done, is_told=given.get("tell_client", True))
    return _back(request, booking)


def _say_done(request: HttpRequest, booking: Booking, done: str, *, is_told: bool) -> None:
    """What was done; or who had done it already, for whoever came second."""
    entry = last_entry(booking)
    if entry and entry.actor != request.user:
        messages.warning(request, f"Somebody was quicker. {who_answered(booking)}")
    else:
        who = told(booking) if is_told else "No mail was sent to the client."
        messages.success(request, f"{done} {who}")


def _page(
    request: HttpRequest, booking: Booking, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    is_waiting = booking.present_status == Status.PENDING
    context = {
        **admin.site.each_context(request),
        "title": f"{booking.client_name}: {booking.service.name}",
        "booking": booking,
        "form": form,
        "times": clocks_of(booking),
        "record": record_of(booking),
        "day": day_around(booking),
        "answered": "" if is_waiting else who_answered(booking),
        "offers": list(booking.holds.standing_offers(clock.now())) if is_waiting else [],
        "offer_message": offer_message(booking) if is_waiting else "",
        "may_decide": is_waiting and _serves(request, booking),
        "move_asked": requested_move(booking),
        "may_move": booking.present_status in MOVABLE and _serves(request, booking),
        "no_show_warning": warning_of(booking, clock.now()),
        "outcomes": outcomes_of(booking, clock.now()) if _serves(request, booking) else (),
        "may_cancel": booking.status == Status.CONFIRMED and _serves(request, booking),
    }
    return TemplateResponse(request, "admin/booking/booking/decide.html", context, status=status)


def _serves(request: HttpRequest, booking: Booking) -> bool:
    return can(request.user, Ability.SERVE, booking.business)


def _back(request: HttpRequest, booking: Booking) -> HttpResponse:
    """To where the button was pressed, within this site, else to the decision page."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return redirect("admin:booking_decide", booking.reference)
