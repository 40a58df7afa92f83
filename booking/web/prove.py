"""One click on the mail just sent: a returning client is booked at once. GET never writes."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import links
from booking.models import Booking
from booking.operations import approve_returning
from booking.operations.trust import can_be_proved
from booking.times import clocks_of
from booking.web import errors, form_token
from booking.web.own import opened_by_link
from config.core import clock
from config.core.errors import DomainError


@csrf_exempt  # the token in the address is the authority, and no cookie is asked
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@partial(opened_by_link, purpose=links.PROVE)
def prove(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, booking)
    if not form_token.same_origin(request):
        return errors.foreign_form(request, booking.business)
    try:
        approve_returning(booking=booking)
    except DomainError as error:
        page = _page(request, booking, refusal=error, status=errors.STATUS[type(error)])
        return errors.say_when_to_retry(page, error)
    response = redirect("booking:own", links.manage_token(booking))
    response.status_code = 303
    return response


def _page(
    request: HttpRequest,
    booking: Booking,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "booking": booking,
        "business": booking.business,
        "service": booking.service,
        "times": clocks_of(booking),
        "own_token": links.manage_token(booking),
        "can_be_proved": refusal is None and can_be_proved(booking, clock.now()),
        "refusal": refusal,
    }
    return render(request, "booking/prove.html", context, status=status)
