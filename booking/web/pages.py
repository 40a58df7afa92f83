"""Business, services, month and times: everything a client sees before choosing a time."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from accounts.models import Business
from booking.closures import closure_of, closure_of_service
from booking.models import Service, Session
from booking.operations import is_untouched
from booking.rulebook import Rulebook, rulebook_at, rulebook_of
from booking.web import errors, form_token
from booking.web.calendar import build_calendar
from booking.web.query import PageQuery, read_known, read_query
from booking.web.zones import zone_options
from config.core import clock
from config.core.when import hours_of

# What a page offers to choose from; larger parties write to the business.
_LARGEST_PARTY = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The only business there is, open or not, else a short list of those that take bookings."""
    rows = Business.objects.select_related("settings")
    businesses = list(rows.filter(settings__is_active=True)[:50]) or list(rows[:2])
    if len(businesses) == 1:
        return redirect("booking:business", businesses[0].slug)
    if not businesses and is_untouched():
        return redirect("admin:setup")
    return render(request, "booking/home.html", {"businesses": businesses})


@require_safe
def short_link(request: HttpRequest, business_slug: str) -> HttpResponse:
    found = get_object_or_404(Business.objects.at(business_slug))
    return redirect("booking:business", found.slug)


@require_safe
def business(request: HttpRequest, business_slug: str) -> HttpResponse:
    found = find_business(business_slug)
    if found.slug != business_slug:
        return to_present_slug(request, found)
    if closed := closed_page(request, found):
        return closed
    context = {
        "business": found,
        "services": found.services.active(),
        "known": read_known(found, request.GET.get("known", "")),
    }
    return render(request, "booking/business.html", context)


@never_cache
@require_safe
def service(request: HttpRequest, business_slug: str, service_slug: str) -> HttpResponse:
    rules, found = find_offer(business_slug, service_slug)
    if found.business.slug != business_slug:
        return to_present_slug(request, found.business)
    if closed := closed_page(request, found.business, found):
        return closed
    query, now = read_query(request.GET, found), clock.now()
    context = {
        "business": found.business,
        "service": found,
        "calendar": build_calendar(rules, found, query, now=now),
        "query": query,
        "form_token": form_token.issue(found.business_id),
    }
    template = "booking/includes/calendar.html"
    if not is_htmx(request):
        template = "booking/service.html"
        context |= choices(found, query, now)
    return render(request, template, context, status=400 if query.problems else 200)


def choices(service: Service, query: PageQuery, now: datetime) -> dict[str, object]:
    """What stands around the calendar, to choose who, how many and on which clock."""
    most = Session.objects.most_places(service, now)
    return {
        "providers": service.providers.active(),
        "party_sizes": range(1, min(most, _LARGEST_PARTY) + 1),
        "zone_options": zone_options(now, query.timezone),
        "hours": query.hours or hours_of(service.business.locale),
    }


def to_present_slug(request: HttpRequest, business: Business) -> HttpResponse:
    """From a link that the business had before, or in other letters, to the same page today."""
    match = request.resolver_match
    assert match is not None  # noqa: S101 - a view is running
    address = reverse(match.view_name, kwargs=match.kwargs | {"business_slug": business.slug})
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{address}?{query}" if query else address)


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a fragment; following a link or going back, it asks for whole pages."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def find_business(slug: str) -> Business:
    return get_object_or_404(Business.objects.at(slug).select_related("settings"))


def find_offer(business_slug: str, service_slug: str) -> tuple[Rulebook, Service]:
    """The service, with the rules of its business; it may be archived. Raises `Http404`."""
    rules = rulebook_at(business_slug)
    if rules and (service := rules.offered.get(service_slug)):
        return rules, service
    service = _stored(business_slug, service_slug)
    return rulebook_of(service.business), service


def find_service(business_slug: str, service_slug: str) -> Service:
    return find_offer(business_slug, service_slug)[1]


def _stored(business_slug: str, service_slug: str) -> Service:
    rows = Service.objects.select_related("business__settings")
    try:
        return rows.get(business__slug=business_slug, slug=service_slug)
    except Service.DoesNotExist:
        # Few links are in other letters, or from before: only they cost two queries more.
        business = get_object_or_404(Business.objects.at(business_slug))
        return get_object_or_404(rows, business=business, slug=service_slug)


def closed_page(
    request: HttpRequest, business: Business, service: Service | None = None
) -> HttpResponse | None:
    """What to show instead while nothing can be booked; None when it can."""
    now = clock.now()
    closure = closure_of(business, now)
    link = None
    if service and not closure:
        closure = closure_of_service(service, now)
        link = ("See all services", reverse("booking:business", args=[business.slug]))
    if closure is None:
        return None
    page = errors.notice(
        request,
        status=410 if closure.is_for_good else 503,
        headline=closure.headline,
        text=closure.text or "Have a look at the services that can be booked now.",
        business=business,
        link=link,
    )
    if seconds := closure.seconds_left(now):
        page["Retry-After"] = str(seconds)
    return page
