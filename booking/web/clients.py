"""All visits of one client with one business, opened by a signed link. GET never writes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from booking import client_links, links, visits
from booking.closures import closure_of
from booking.lifecycle import Status
from booking.models import Booking, Client
from booking.operations import request_erasure
from booking.times import LocalTime, clocks_of
from booking.web import errors, form_token
from config.core import clock

View = Callable[[HttpRequest, Client, str], HttpResponse]
_PAST_ON_A_PAGE = 20
# As the page of such a booking, the list does not say who came.
_TAKEN_PLACE = {Status.COMPLETED, Status.NO_SHOW}


@dataclass(frozen=True, slots=True)
class _Line:
    """One visit; `token` opens its own page as long as that can be opened."""

    booking: Booking
    badge: Status
    words: str
    times: list[LocalTime]
    token: str


def opened_by_client(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Gives the view the client of the token; a link that opens nothing says why."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            client = client_links.client_of_token(token, client_links.PAGE)
        except links.LinkExpired as expired:
            return errors.expired_client_link(request, expired.business)
        if client is None:
            return errors.unknown_link(request)
        response = view(request, client, token)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return opened


@never_cache
@require_safe
@opened_by_client
def detail(request: HttpRequest, client: Client, token: str) -> HttpResponse:
    now = clock.now()
    past = Paginator(visits.past_visits(client, now), _PAST_ON_A_PAGE)
    shown = past.get_page(request.GET.get("page"))
    coming = visits.visits_of(client).upcoming(now)
    context = {
        "business": client.business,
        "client": client,
        "token": token,
        "coming": [_line(booking, links.manage_token(booking)) for booking in coming],
        "past": [_line(booking, "") for booking in shown],
        "pages": shown,
        "can_book": closure_of(client.business, now) is None,
        "known": client_links.token_of(client, client_links.KNOWN),
        "valid_hours": client_links.VALID_HOURS[client_links.PAGE],
    }
    response = render(request, "booking/client.html", context)
    # Nothing on it is sent as a form, which would lose its origin by this.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_safe
@opened_by_client
def data(request: HttpRequest, client: Client, token: str) -> HttpResponse:
    """Everything that is kept of the client, as a file."""
    name = f"{client.business.slug}-my-data.json"
    return JsonResponse(
        visits.record_of(client, clock.now()),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@csrf_exempt  # the token in the address is the authority, and no cookie is asked
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_client
def erase(request: HttpRequest, client: Client, token: str) -> HttpResponse:
    """Asks before it sends the wish to be forgotten to the business."""
    if request.method != "POST":
        context = {"business": client.business, "client": client, "token": token}
        return render(request, "booking/client_erase.html", context)
    if not form_token.same_origin(request):
        return errors.foreign_form(request, client.business)
    request_erasure(client=client)
    response = redirect("booking:client", token)
    response.status_code = 303
    return response


def _line(booking: Booking, token: str) -> _Line:
    status = booking.present_status
    if status in _TAKEN_PLACE or (status == Status.CONFIRMED and booking.ends_at <= clock.now()):
        return _Line(booking, Status.COMPLETED, "Over", clocks_of(booking), token)
    return _Line(booking, status, str(status.label), clocks_of(booking), token)
