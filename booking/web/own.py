"""The client's own page, opened by a signed link. GET never writes."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from booking import links
from booking.calendar_links import calendar_links
from booking.closures import closure_of, closure_of_service
from booking.contacts import canceller, was_offered_times
from booking.invitations import Method, build_invitation
from booking.lifecycle import OPEN, RELEASED, Status
from booking.models import ActorKind, Booking, Source
from booking.operations import (
    Actor,
    HoldExpired,
    accept_offer,
    cancel_booking,
    requested_move,
)
from booking.operations.cancel import cancellation_deadline
from booking.operations.move import MOVABLE, reschedule_deadline
from booking.times import clocks_of, read_clock
from booking.web import errors, form_token
from booking.web.forms import ReasonForm
from booking.web.offered import Offers, show_offers
from booking.web.query import read_hours, read_start
from config.core import clock, when
from config.core.errors import DomainError, TryAgain

View = Callable[[HttpRequest, Booking, str], HttpResponse]


def opened_by_link(
    view: View, *, purpose: str = links.MANAGE
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Gives the view the booking of the token; a link that opens nothing says why."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            booking = links.booking_of_token(token, purpose)
        except links.LinkClosed as closed:
            return errors.closed_link(request, closed)
        if booking is None:
            return errors.unknown_link(request)
        return view(request, booking, token)

    return opened


@never_cache
@require_safe
@opened_by_link
def detail(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    hours = read_hours(request.GET.get("clock", ""))
    return render(request, "booking/own.html", own_context(booking, token, hours))


@csrf_exempt  # the token in the address is the authority, and no cookie is asked
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_link
def cancel(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    context = own_context(booking, token)
    if request.method != "POST":
        return render(request, "booking/cancel.html", context | {"form": ReasonForm()})
    if not form_token.same_origin(request):
        return errors.foreign_form(request, booking.business)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return render(request, "booking/cancel.html", context | {"form": form}, status=400)
    try:
        cancel_booking(
            booking=booking,
            reason=form.cleaned_data["reason"],
            actor=Actor(kind=ActorKind.CLIENT, source=Source.WEB),
        )
    except DomainError as error:
        context |= {"form": form, "refusal": error}
        status = errors.STATUS[type(error)]
        response = render(request, "booking/cancel.html", context, status=status)
        return errors.say_when_to_retry(response, error)
    response = redirect("booking:own", token)
    response.status_code = 303
    return response


@csrf_exempt  # as above
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_link
def accept(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """Takes an offered time by POST; a GET leads to the page that offers it."""
    if request.method == "POST":
        if not form_token.same_origin(request):
            return errors.foreign_form(request, booking.business)
        try:
            _accept(request, booking)
        except DomainError as error:
            return _not_taken(request, booking, token, error)
    response = redirect("booking:own", token)
    response.status_code = 303
    return response


def _accept(request: HttpRequest, booking: Booking) -> None:
    start = read_start(request.POST.get("start", ""))
    if start is None:
        raise HoldExpired
    actor = Actor(kind=ActorKind.CLIENT, source=Source.WEB)
    accept_offer(booking=booking, start=start, actor=actor)


def _not_taken(
    request: HttpRequest, booking: Booking, token: str, error: DomainError
) -> HttpResponse:
    """The page as it is now, below what is said of the time that was wanted."""
    booking.refresh_from_db()
    gone = "This time is no longer kept for you. Nothing has changed."
    said = error.message if isinstance(error, TryAgain) else gone
    context = own_context(booking, token) | {"refused": said}
    response = render(request, "booking/own.html", context, status=errors.STATUS[type(error)])
    return errors.say_when_to_retry(response, error)


@never_cache
@require_safe
@opened_by_link
def invite(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    return HttpResponse(
        build_invitation(booking, Method.PUBLISH),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{booking.reference}.ics"'},
    )


def own_context(booking: Booking, token: str, hours: str = "") -> dict[str, object]:
    business, now = booking.business, clock.now()
    status, deadline = booking.status_at(now), cancellation_deadline(booking)
    move_deadline = reschedule_deadline(booking)
    asked = requested_move(booking) if status == Status.CONFIRMED else None
    is_open = status in OPEN
    is_closed = bool(closure_of(business, now) or closure_of_service(booking.service, now))
    offers = show_offers(booking, hours) if status == Status.PENDING else None
    was_offered = status == Status.EXPIRED and was_offered_times(booking)
    return {
        "booking": booking,
        "business": business,
        "service": booking.service,
        "token": token,
        "headline": _headline_of_offers(booking, offers, was_offered=was_offered)
        or _headline(booking, status),
        "offers": offers,
        "was_offered": was_offered,
        "time_left": when.rough_length((booking.expires_at or now) - now),
        "status": status,
        "is_released": status in RELEASED,
        "is_pending": status == Status.PENDING,
        "is_cancelled_by_business": status == Status.CANCELLED and bool(canceller(booking)),
        "answer_by": read_clock(
            booking.expires_at or booking.starts_at, business.timezone, business.locale
        ),
        "offered_until": offers
        and read_clock(offers.until, business.timezone, business.locale, hours),
        "offer_time_left": offers and when.rough_length(offers.until - now),
        "is_over": not is_open or booking.ends_at <= now,
        "can_cancel": is_open and now <= deadline,
        "cancel_until": read_clock(deadline, business.timezone, business.locale),
        "move_asked": asked
        and read_clock(asked.session.starts_at, business.timezone, business.locale, hours),
        "move_answer_by": asked
        and read_clock(asked.expires_at, business.timezone, business.locale, hours),
        "can_move": status in MOVABLE and now <= move_deadline and not is_closed,
        "is_closed": is_closed,
        "move_until": read_clock(move_deadline, business.timezone, business.locale),
        "times": clocks_of(booking, hours),
        "calendars": calendar_links(booking) if _is_ahead(status, booking) else [],
    }


def _headline_of_offers(booking: Booking, offers: Offers | None, *, was_offered: bool) -> str:
    """ "" where none are left, and none have lapsed."""
    if offers:
        return f"{booking.business.name} offers you {offers.what}"
    return "Your request has ended" if was_offered else ""


def _is_ahead(status: Status, booking: Booking) -> bool:
    return status == Status.CONFIRMED and booking.ends_at > clock.now()


def _headline(booking: Booking, status: Status) -> str:
    if status == Status.CONFIRMED and booking.ends_at <= clock.now():
        return "This appointment is over"
    return {
        Status.PENDING: "Your request was sent",
        Status.AWAITING_PAYMENT: "Waiting for your payment",
        Status.CONFIRMED: "You are booked",
        Status.REJECTED: "Your request was declined",
        Status.CANCELLED: "This appointment was cancelled",
        Status.EXPIRED: "Your request was not answered in time",
        Status.COMPLETED: "This appointment is over",
        Status.NO_SHOW: "This appointment is over",
    }[status]
