"""An appointment for a caller: GET chooses service and time, one POST books.

It has an address of its own, outside the transactions of Django's admin. Steps of a POST that
book nothing, such as looking for a client, show the page again with all that was typed.
"""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import Business, User
from accounts.permissions import Ability, can
from accounts.scoped_admin import own_businesses
from booking.admin.desk.forms import CallerForm
from booking.admin.desk.obstacles import find_obstacles
from booking.admin.desk.query import Asked, WishForm
from booking.admin.desk.times import first_day, nearest_times, show_day
from booking.models import ActorKind, Booking, Service
from booking.operations import Actor, IdempotencyMismatch, SlotTaken, SlotUnavailable, book
from booking.times import read_clock
from booking.web import errors
from config.core.errors import DomainError
from config.core.when import local_date, short_moment


@require_http_methods(["GET", "HEAD", "POST"])
def new_booking(request: HttpRequest) -> HttpResponse:
    service = _service_of(request)
    if service is None:
        return _choose(request)
    timezone.activate(service.business.zone)
    form = WishForm(service, request.GET)
    if not form.is_valid():
        return _times_page(request, Asked(service=service), form, status=400)
    asked = form.asked()
    if asked.start is None:
        return _times_page(request, asked, form)
    if "book" in request.POST:
        return _submit(request, asked)
    if "another" in request.POST:
        return _at_another_time(request, asked)
    return _client_page(request, asked, _typed(request, service))


def _service_of(request: HttpRequest) -> Service | None:
    """The active service that was asked for; 404 for any but one's own, 403 without the right."""
    if "service" not in request.GET:
        return None
    rows = Service.objects.visible_to(_member(request)).active()
    service: Service = _pick(rows.select_related("business__settings"), request.GET["service"])
    _check(request, service.business)
    return service


def _member(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _check(request: HttpRequest, business: Business) -> None:
    if not can(request.user, Ability.SERVE, business):
        raise PermissionDenied


def _pick(rows: QuerySet[Any], pk: str) -> Any:
    """The row with that id; 404 for anything else."""
    try:
        return forms.ModelChoiceField(rows).clean(pk)
    except ValidationError as error:
        raise Http404 from error


def _choose(request: HttpRequest) -> HttpResponse:
    """First the business, where somebody serves several; then the service, unless it is the only
    one.
    """
    own = own_businesses(request)
    if asked := request.GET.get("business"):
        business = _pick(own, asked)
        _check(request, business)
        return _choose_service(request, business)
    served = [business for business in own if can(request.user, Ability.SERVE, business)]
    match served:
        case []:
            raise PermissionDenied
        case [only]:
            return _choose_service(request, only)
        case _:
            title = "Book an appointment: for which business?"
            context = {"businesses": served, "opts": Booking._meta}  # noqa: SLF001 - as templates do
            return render_page(request, "admin/choose_business.html", title, context)


def _choose_service(request: HttpRequest, business: Business) -> HttpResponse:
    services = list(Service.objects.for_business(business).active())
    if len(services) == 1:
        return redirect(f"{request.path}?service={services[0].pk}")
    context = {"business": business, "services": services}
    title = "Book an appointment: which service?"
    return render_page(request, "admin/booking/desk/services.html", title, context)


def _times_page(
    request: HttpRequest, asked: Asked, form: WishForm, *, status: int = 200
) -> HttpResponse:
    day = None
    if form.is_valid():
        day = asked.day or first_day(asked)
        shown = {"spots": asked.spots, "date": day.isoformat()}
        form = WishForm(asked.service, asked.kept() | shown)
    context = {
        "asked": asked,
        "form": form,
        "day": show_day(asked, day) if day else None,
    }
    title = f"Book an appointment: {asked.service.name}"
    return render_page(request, "admin/booking/desk/times.html", title, context, status=status)


def _typed(request: HttpRequest, service: Service) -> CallerForm:
    """What has been typed so far, as it is, without checking any of it."""
    if request.method != "POST":
        return CallerForm(service)
    told = {"tell_client": "tell_client" in request.POST}
    return CallerForm(service, initial=request.POST.dict() | told)


def _at_another_time(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The same page for the day and time that were typed, if they can be read."""
    wanted = {name: request.POST.get(name, "") for name in ("date", "at")}
    form = WishForm(asked.service, asked.kept() | wanted)
    typed = _typed(request, asked.service)
    if form.is_valid() and (moved := form.asked()).start:
        return _client_page(request, moved, typed)
    problem = "Choose a day and a time."
    return _client_page(request, asked, typed, problem=problem, status=400)


def _submit(request: HttpRequest, asked: Asked) -> HttpResponse:
    form = CallerForm(asked.service, request.POST)
    if not form.is_valid():
        return _client_page(request, asked, form, status=400)
    try:
        booking = book(
            wish=asked.wish,
            start=asked.chosen_start,
            details=form.details(timezone=asked.business.timezone),
            actor=Actor(
                kind=ActorKind.MEMBER,
                source=form.cleaned_data["source"],
                user=_member(request),
            ),
            idempotency_key=str(_key(request)),
            override=is_override_meant(request, asked),
            tell_client=form.cleaned_data["tell_client"],
        )
    except DomainError as error:
        return _refused(request, asked, form, error)
    messages.success(request, _done(booking, is_told=form.cleaned_data["tell_client"]))
    return redirect("admin:booking_decide", booking.reference)


def is_override_meant(request: HttpRequest, asked: Asked) -> bool:
    """Whether every rule that is in the way now is one that the page has warned of."""
    warned = set(request.POST.get("warned", "").split())
    obstacles = find_obstacles(asked) if warned else None
    return obstacles is not None and bool(obstacles.rules) and obstacles.rules <= warned


def _refused(
    request: HttpRequest, asked: Asked, form: CallerForm, error: DomainError
) -> HttpResponse:
    is_about_time = isinstance(error, SlotTaken | SlotUnavailable)
    # What is in the way says more; but it may have gone again meanwhile.
    problem = "" if is_about_time and find_obstacles(asked) else error.message
    key = uuid.uuid4() if isinstance(error, IdempotencyMismatch) else None
    status = errors.STATUS[type(error)]
    page = _client_page(request, asked, form, problem=problem, key=key, status=status)
    return errors.say_when_to_retry(page, error)


def _key(request: HttpRequest) -> uuid.UUID:
    """What a form that is sent twice is known by; a new one where the form has none."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _client_page(
    request: HttpRequest,
    asked: Asked,
    form: CallerForm,
    *,
    problem: str = "",
    key: uuid.UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    start, business = asked.chosen_start, asked.business
    day = local_date(start, business.timezone)
    obstacles = find_obstacles(asked)
    context = {
        "asked": asked,
        "form": form,
        "time": read_clock(start, business.timezone, business.locale),
        "here": asked.at(start, asked.session_id),
        "all_times": asked.of_day(day),
        "wish_form": WishForm(asked.service, {"date": day.isoformat()}),
        "problem": problem,
        "obstacles": obstacles,
        "warned": " ".join(sorted(obstacles.rules)) if obstacles else "",
        "alternatives": nearest_times(asked) if obstacles else [],
        "key": key or _key(request),
    }
    title = f"Book an appointment: {asked.service.name}"
    return render_page(request, "admin/booking/desk/client.html", title, context, status=status)


def _done(booking: Booking, *, is_told: bool) -> str:
    business = booking.business
    when = short_moment(booking.starts_at, business.timezone, business.locale)
    name = booking.client_name
    told = f"{name} is told by mail." if is_told and booking.client_email else "No mail was sent."
    return f"Booked for {name}: {when}, with {booking.provider.name}. {told}"


def render_page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, template, shown, status=status)
