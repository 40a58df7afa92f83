"""The form, and the moment of truth."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import offers
from booking.client_links import known_client
from booking.links import manage_token
from booking.models import ActorKind, Booking, Service, Source
from booking.operations import (
    Actor,
    IdempotencyMismatch,
    SlotTaken,
    SlotUnavailable,
    book,
    check_offered,
    extend_hold,
)
from booking.operations.cancel import deadline_for
from booking.operations.trust import is_trusted
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.times import LocalTime, clocks, read_clock
from booking.web import errors, form_token
from booking.web.calendar import Time, show_time
from booking.web.choice import Choice, read_choice
from booking.web.forms import BookingForm
from booking.web.pages import closed_page, find_service, is_htmx
from config.core import clock, throttle
from config.core.errors import DomainError
from config.core.when import clock_time, local_date


@csrf_exempt  # protected by the form token and the Origin check: no cookie is needed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, business_slug: str, service_slug: str) -> HttpResponse:
    service = find_service(business_slug, service_slug)
    if closed := closed_page(request, service.business, service):
        return closed
    if "extend" in request.POST:
        return _keep_longer(request, service)
    if request.method == "POST":
        return _submit_within_limits(request, service)
    choice = read_choice(service, request.GET)
    form = BookingForm(service, initial=_prefill(request.GET))
    refusal = _refusal(choice)
    status = errors.STATUS[type(refusal)] if refusal else 400 if choice.problem else 200
    return _page(request, choice, form, refusal=refusal, status=status)


def _keep_longer(request: HttpRequest, service: Service) -> HttpResponse:
    """The same form, as far as it was filled in, for a time that is kept once more as long."""
    if not form_token.same_origin(request):
        return errors.foreign_form(request, service.business)
    choice = read_choice(service, request.POST)
    if choice.kept:
        # Where it has just ended the page says so: nothing is kept then.
        with suppress(DomainError):
            choice.query.hold = extend_hold(hold=choice.kept)
    form = BookingForm(service, initial=_prefill(request.POST))
    return _page(request, choice, form, refusal=_refusal(choice))


def _submit_within_limits(request: HttpRequest, service: Service) -> HttpResponse:
    """Bookings and vain attempts count apart, by the client's address.

    A form that is sent again after it has booked makes nothing new, so nothing limits it.
    """
    try:
        throttle.check(request, "bookings", "attempts")
    except throttle.Throttled as refusal:
        if not _has_booked(request, service):
            choice = read_choice(service, request.POST)
            choice.problem = refusal.message
            page = _page(request, choice, BookingForm(service, request.POST), status=429)
            return errors.say_when_to_retry(page, refusal)
    response = _submit(request, service)
    if response.status_code >= 400:
        throttle.count(request, "attempts")
    return response


def _has_booked(request: HttpRequest, service: Service) -> bool:
    nonce = form_token.read(service.business_id, request.POST.get("form_token", ""))
    made = Booking.objects.filter(business=service.business_id, idempotency_key=nonce)
    return nonce is not None and made.exists()


def _submit(request: HttpRequest, service: Service) -> HttpResponse:
    choice = read_choice(service, request.POST)
    form = BookingForm(service, request.POST)
    if not form_token.same_origin(request):
        return errors.foreign_form(request, service.business)
    choice.problem = _problem_of_form(request, choice) or choice.problem
    if not form.is_valid() or choice.problem or choice.start is None:
        return _page(request, choice, form, refusal=_still_lost(choice), status=400)
    asked_at = clock.now()
    try:
        booking = book(
            wish=choice.wish,
            start=choice.start,
            details=form.details(timezone=choice.query.timezone),
            actor=Actor(kind=ActorKind.CLIENT, source=Source.WEB),
            hold=choice.query.hold,
            proof=known_client(choice.query.known),
            idempotency_key=form_token.read(service.business_id, request.POST["form_token"]),
        )
    except (SlotTaken, SlotUnavailable, IdempotencyMismatch) as refusal:
        status = errors.STATUS[type(refusal)]
        return _page(request, choice, form, refusal=refusal, status=status)
    except DomainError as error:
        # The time may still be had: the same form can be sent again.
        choice.problem = error.message
        page = _page(request, choice, form, status=errors.STATUS[type(error)])
        return errors.say_when_to_retry(page, error)
    if booking.created_at >= asked_at:
        throttle.count(request, "bookings")
    return _go_to(request, manage_token(booking), hours=choice.query.hours)


def _problem_of_form(request: HttpRequest, choice: Choice) -> str:
    """Why the form as a whole cannot be taken, whatever is in its fields."""
    token, business_id = request.POST.get("form_token", ""), choice.service.business_id
    if form_token.read(business_id, token) is None:
        return "This page was open for too long. Please send it again."
    if form_token.is_too_fresh(business_id, token):
        return "That was quicker than we expected. Please send it once more."
    if request.POST.get("terms", choice.terms) != choice.terms:
        return "Duration or price have changed. Please check them, then send it again."
    return ""


def _refusal(choice: Choice) -> DomainError | None:
    """Before the form is filled in: whether the time can be had at all."""
    if choice.start is None or choice.problem or choice.kept:
        return None
    try:
        check_offered(wish=choice.wish, start=choice.start)
    except DomainError as refusal:
        return refusal
    return None


def _reason(refusal: DomainError | None) -> str:
    """What is said of a time that was never on offer, where the refusal itself gives no reason."""
    if isinstance(refusal, SlotUnavailable) and refusal.message == SlotUnavailable.message:
        return "It is outside the opening hours or not a time we offer."
    return ""


def _still_lost(choice: Choice) -> DomainError | None:
    """The nearest times once more, when none of them was chosen."""
    if choice.start or choice.lost is None:
        return None
    rules = rulebook_of(choice.service.business)
    return SlotTaken(offers.nearest_slots(rules, choice.wish, start=choice.lost, now=clock.now()))


def _page(
    request: HttpRequest,
    choice: Choice,
    form: BookingForm,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    service, business = choice.service, choice.service.business
    kept = None if refusal else choice.kept
    wished = choice.start or choice.lost
    context = {
        "business": business,
        "service": service,
        "form": form,
        "choice": choice,
        "times": _clocks(choice, wished),
        "start": choice.start.isoformat() if choice.start else "",
        "lost": wished.isoformat() if wished and refusal else "",
        "other_times": _other_times(choice, wished),
        "kept": kept,
        "is_known": _is_known(choice),
        "kept_until": _clock_time(kept.expires_at, choice) if kept else "",
        "kept_seconds": round((kept.expires_at - clock.now()).total_seconds()) if kept else 0,
        "form_token": _form_token(request, service.business_id, refusal),
        "refusal": refusal,
        "reason": _reason(refusal),
        "alternatives": _alternatives(choice, refusal),
        "cancel_until": _cancel_until(choice),
    }
    template = "booking/confirm.html"
    if is_htmx(request):
        template += "#reservation"
    return render(request, template, context, status=status)


def _is_known(choice: Choice) -> bool:
    """Whether a returning client asks whose request is confirmed at once, under their address."""
    client = known_client(choice.query.known)
    return client is not None and is_trusted(client, email=client.email, now=clock.now())


def _form_token(request: HttpRequest, business_id: int, refusal: DomainError | None) -> str:
    """The form keeps its token, and so its age, for as long as it can be sent again with it."""
    token = request.POST.get("form_token", "")
    is_used = isinstance(refusal, IdempotencyMismatch)
    if is_used or form_token.read(business_id, token) is None:
        return form_token.issue(business_id)
    return token


def _other_times(choice: Choice, start: datetime | None) -> str:
    """The address of the page before, as it was left: the day, the zone and the person chosen."""
    query = replace(choice.query)
    query.day = local_date(start, query.timezone) if start else None
    page = reverse("booking:service", args=[choice.service.business.slug, choice.service.slug])
    return page + query.address()


def _clocks(choice: Choice, start: datetime | None) -> list[LocalTime]:
    if start is None:
        return []
    business = choice.service.business
    return clocks(
        start,
        business_zone=business.timezone,
        client_zone=choice.query.timezone,
        locale=business.locale,
        hours=choice.query.hours,
    )


def _clock_time(moment: datetime, choice: Choice) -> str:
    """Until when a time is kept, on the clock that the reader looks at."""
    query, locale = choice.query, choice.service.business.locale
    return clock_time(moment, query.timezone, locale, query.hours)


def _alternatives(choice: Choice, refusal: DomainError | None) -> list[tuple[str, Time]]:
    """The nearest free times, each with its date in words."""
    business = choice.service.business
    return [
        (
            read_clock(moment(slot.starts_at), choice.query.timezone, business.locale).date,
            show_time(slot, service=choice.service, query=choice.query),
        )
        for slot in getattr(refusal, "alternatives", [])
    ]


def _cancel_until(choice: Choice) -> LocalTime | None:
    """When cancelling online ends; None when it has ended already."""
    business = choice.service.business
    if choice.start is None:
        return None
    deadline = deadline_for(choice.start, business)
    if deadline <= clock.now():
        return None
    return read_clock(deadline, business.timezone, business.locale, choice.query.hours)


def _prefill(data: QueryDict) -> dict[str, str]:
    names = {"name", "email", "phone", "notes"}
    return {
        key: value[:2000]
        for key, value in data.items()
        if isinstance(value, str) and (key in names or key.startswith("answer_"))
    }


def _go_to(request: HttpRequest, token: str, *, hours: str) -> HttpResponse:
    """See Other: to the booking's own page, which can be reloaded without sending again."""
    address = reverse("booking:own", args=[token]) + (f"?clock={hours}" if hours else "")
    if is_htmx(request):
        # An answer to htmx is swapped into the page; this header has it go there instead.
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponse(status=303, headers={"Location": address})
