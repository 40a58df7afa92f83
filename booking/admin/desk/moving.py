"""Another time or provider for a booking, by staff: GET chooses, one POST moves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from accounts.permissions import Ability
from booking.admin.answering import find_booking, provider_still, staff_actor, told
from booking.admin.decisions import ReasonForm
from booking.admin.desk.obstacles import find_obstacles
from booking.admin.desk.query import Asked, WishForm
from booking.admin.desk.times import first_day, nearest_times, show_day
from booking.admin.desk.views import is_override_meant, render_page
from booking.models import Booking
from booking.operations import (
    SlotTaken,
    SlotUnavailable,
    approve_move,
    decline_move,
    move_booking,
)
from booking.operations.move import MOVABLE
from booking.times import clocks_of, read_clock
from booking.web import errors
from booking.web.query import ANYBODY
from config.core.errors import DomainError
from config.core.when import local_date, short_moment

# What moving a booking does not change.
AGREED = ("duration", "spots")


def urls(wrap: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    """Below `/admin/`; `wrap` is the site's `admin_view`, which asks for a sign-in."""
    return [
        path("bookings/<str:reference>/move/", wrap(move), name="booking_move"),
        path("bookings/<str:reference>/move/answer/", wrap(answer), name="booking_move_answer"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, reference: str) -> HttpResponse:
    booking = find_booking(request, reference, ability=Ability.SERVE)
    if refusal := _why_not(booking):
        messages.error(request, refusal)
        return redirect("admin:booking_decide", reference)
    form = _form(booking, request.GET.dict())
    if not form.is_valid():
        return _times_page(request, booking, _asked(booking), form, status=400)
    asked = _asked(booking, form)
    if asked.start is None:
        return _times_page(request, booking, asked, form)
    if request.method == "POST" and "choose" not in request.POST:
        return _move(request, booking, asked)
    return _ask(request, booking, asked)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Agree to the time that a client has asked for, or decline it with a reason."""
    if request.method != "POST":
        return redirect("admin:booking_decide", reference)
    booking = find_booking(request, reference, ability=Ability.SERVE)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The reason is too long. Nothing was changed.")
        return redirect("admin:booking_decide", reference)
    actor = staff_actor(request)
    try:
        if "agree" in request.POST:
            approve_move(booking=booking, actor=actor)
        else:
            decline_move(booking=booking, reason=form.cleaned_data["reason"], actor=actor)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        done = "Moved." if "agree" in request.POST else "Declined: the booking stays where it is."
        messages.success(request, f"{done} {told(booking)}")
    return redirect("admin:booking_decide", reference)


def _why_not(booking: Booking) -> str:
    if booking.present_status not in MOVABLE:
        return f"This booking is {booking.present_status.label.lower()}."
    if not booking.service.is_active:
        return f"{booking.service.name} is no longer offered, so there are no times to move it to."
    return ""


def _form(booking: Booking, data: dict[str, Any]) -> WishForm:
    """With the booking's own provider unless others are asked for, or they have left."""
    provider = data.get("provider", str(provider_still(booking) or ANYBODY))
    form = WishForm(booking.service, data | {"provider": "" if provider == ANYBODY else provider})
    for name in AGREED:
        form.fields.pop(name, None)
    return form


def _asked(booking: Booking, form: WishForm | None = None) -> Asked:
    return replace(
        form.asked() if form else Asked(service=booking.service),
        duration_minutes=booking.duration_minutes,
        spots=booking.spots,
        moved=booking,
    )


def _times_page(
    request: HttpRequest, booking: Booking, asked: Asked, form: WishForm, *, status: int = 200
) -> HttpResponse:
    day = None
    if form.is_valid():
        day = asked.day or first_day(asked)
        form = _form(booking, asked.kept() | {"date": day.isoformat()})
    context = {
        "asked": asked,
        "form": form,
        "booking": booking,
        "times": clocks_of(booking),
        "day": show_day(asked, day) if day else None,
    }
    title = f"Move: {booking.client_name}, {booking.service.name}"
    return render_page(request, "admin/booking/desk/move_times.html", title, context, status=status)


def _move(request: HttpRequest, booking: Booking, asked: Asked) -> HttpResponse:
    tell = "tell_client" in request.POST
    try:
        moved = move_booking(
            booking=booking,
            start=asked.chosen_start,
            actor=staff_actor(request),
            provider_id=asked.wish.provider_id,
            session_id=asked.session_id,
            override=is_override_meant(request, asked),
            tell_client=tell,
        )
    except DomainError as error:
        is_about_time = isinstance(error, SlotTaken | SlotUnavailable)
        problem = "" if is_about_time and find_obstacles(asked) else error.message
        page = _ask(request, booking, asked, problem=problem, status=errors.STATUS[type(error)])
        return errors.say_when_to_retry(page, error)
    business = moved.business
    when = short_moment(moved.starts_at, business.timezone, business.locale)
    is_told = tell and moved.client_email
    told = f"{moved.client_name} is told by mail." if is_told else "No mail was sent to the client."
    messages.success(request, f"Moved to {when}, with {moved.provider.name}. {told}")
    return redirect("admin:booking_decide", booking.reference)


def _ask(
    request: HttpRequest, booking: Booking, asked: Asked, *, problem: str = "", status: int = 200
) -> HttpResponse:
    start, business = asked.chosen_start, asked.business
    obstacles = find_obstacles(asked)
    context = {
        "asked": asked,
        "booking": booking,
        "times": clocks_of(booking),
        "time": read_clock(start, business.timezone, business.locale),
        "here": asked.at(start, asked.session_id),
        "all_times": asked.of_day(local_date(start, business.timezone)),
        "problem": problem,
        "obstacles": obstacles,
        "warned": " ".join(sorted(obstacles.rules)) if obstacles else "",
        "alternatives": nearest_times(asked) if obstacles else [],
        "tell_client": request.method != "POST" or "tell_client" in request.POST,
    }
    title = f"Move: {booking.client_name}, {booking.service.name}"
    return render_page(request, "admin/booking/desk/move_ask.html", title, context, status=status)
