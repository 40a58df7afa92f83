"""Keeping a chosen time for its browser while the form is filled in."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from booking.models import Hold
from booking.operations import place_hold
from booking.web import errors, form_token
from booking.web.choice import Choice, read_choice
from booking.web.pages import find_service
from config.core import throttle
from config.core.addresses import client_digest
from config.core.errors import DomainError


@csrf_exempt  # protected by the form token and the Origin check: no cookie is needed
@never_cache
@require_POST
def keep(request: HttpRequest, business_slug: str, service_slug: str) -> HttpResponse:
    """Take the time, then lead to its form. The form opens also where nothing could be kept: it
    then says what stands in the way, if anything does.
    """
    service = find_service(business_slug, service_slug)
    if not form_token.same_origin(request):
        return errors.foreign_form(request, service.business)
    choice = read_choice(service, request.POST)
    return _to_form(choice, _hold(request, choice))


def _hold(request: HttpRequest, choice: Choice) -> Hold | None:
    is_ours = form_token.read(choice.service.business_id, request.POST.get("form_token", ""))
    if choice.problem or choice.start is None or not is_ours:
        return None
    if choice.kept:
        return choice.kept
    try:
        throttle.check(request, "holds")
        throttle.count(request, "holds")
        return place_hold(
            wish=choice.wish,
            start=choice.start,
            holder=client_digest(request),
            instead_of=choice.query.hold,
        )
    except DomainError:
        return None


def _to_form(choice: Choice, hold: Hold | None) -> HttpResponse:
    business = choice.service.business
    form = reverse("booking:confirm", args=[business.slug, choice.service.slug])
    return HttpResponse(status=303, headers={"Location": form + choice.address(hold=hold)})
