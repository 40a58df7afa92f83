"""Domain errors and missing pages, as pages that say what happened and what one can do."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import requires_csrf_token

from accounts.models import Business
from booking.lifecycle import InvalidTransition
from booking.links import LinkClosed, LinkReplaced
from booking.operations import (
    AlreadySetUp,
    BookingClosed,
    HoldExpired,
    IdempotencyMismatch,
    InUse,
    OfferLost,
    PlanRefused,
    PolicyViolation,
    SlotTaken,
    SlotUnavailable,
    TooManyHolds,
)
from config.core.errors import DomainError, TryAgain
from config.core.throttle import Throttled

STATUS: dict[type[DomainError], int] = {
    AlreadySetUp: 409,
    BookingClosed: 503,
    HoldExpired: 409,
    IdempotencyMismatch: 422,
    InUse: 409,
    InvalidTransition: 409,
    OfferLost: 409,
    PlanRefused: 422,
    PolicyViolation: 422,
    SlotTaken: 409,
    SlotUnavailable: 422,
    Throttled: 429,
    TooManyHolds: 429,
    TryAgain: 503,
}


# Words and address of a link.
Way = tuple[str, str]


def say_when_to_retry(response: HttpResponse, error: DomainError | None) -> HttpResponse:
    if error and error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response


def notice(
    request: HttpRequest,
    *,
    status: int,
    headline: str,
    text: str,
    business: Business | None = None,
    link: Way | None = None,
    other: Way | None = None,
) -> HttpResponse:
    context = {
        "headline": headline,
        "text": text,
        "business": business,
        "link": link,
        "other": other,
    }
    response = render(request, "booking/notice.html", context, status=status)
    if getattr(request, "htmx", False):
        # Asked for as a fragment, it takes the whole page instead.
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def way_to_pages(business: Business) -> Way:
    return "Go to the booking page", reverse("booking:business", args=[business.slug])


def way_to_links(business: Business | None) -> Way:
    """Where a client who has no link that opens gets a new one."""
    page = reverse("booking:lost")
    return "Send me my links", f"{page}?business={business.slug}" if business else page


def way_on(request: HttpRequest) -> Way:
    """Where somebody goes on for whom no nearer page is known."""
    admin = reverse("admin:index")
    start = admin if request.path.startswith(admin) else reverse("booking:home")
    return "Open the start page", start


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return notice(
            request,
            status=413,
            headline="This is too long",
            text="Nothing was changed. Please go back, shorten what you wrote and send it again.",
        )
    return notice(
        request,
        status=400,
        headline="This request could not be read",
        text="Nothing was changed. Please go back and try again.",
        link=way_on(request),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return notice(
        request,
        status=403,
        headline="You may not see this page",
        text="Sign in with an account that may, or ask whoever sent you here.",
        link=way_on(request),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return notice(
        request,
        status=403,
        headline="This form can no longer be sent",
        text="Nothing was changed. Open the page again, sign in if it asks you to, and send it.",
        link=way_on(request),
    )


def foreign_form(request: HttpRequest, business: Business | None) -> HttpResponse:
    return notice(
        request,
        status=403,
        headline="This form did not come from our page",
        text="Nothing was changed. Please open the booking page itself and send it from there.",
        business=business,
        link=way_to_pages(business) if business else way_on(request),
    )


def closed_link(request: HttpRequest, closed: LinkClosed) -> HttpResponse:
    """A client's link that was true once; nothing of the booking is said."""
    business = closed.business
    ways = [way_to_pages(business), way_to_links(business)]
    if isinstance(closed, LinkReplaced):
        headline = "This link was replaced by a newer one"
        text = "Please open the link in the latest mail about your booking, or have it sent again."
        ways.reverse()
    else:
        headline = "This link has expired"
        text = "The appointment was more than a month ago. You are welcome to book another one."
    return notice(
        request,
        status=410,
        headline=headline,
        text=text,
        business=business,
        link=ways[0],
        other=ways[1],
    )


def expired_client_link(request: HttpRequest, business: Business) -> HttpResponse:
    return notice(
        request,
        status=410,
        headline="This link has expired",
        text="Links to all your visits open for a day. We can send you a new one.",
        business=business,
        link=way_to_links(business),
        other=way_to_pages(business),
    )


def unknown_link(request: HttpRequest) -> HttpResponse:
    return notice(
        request,
        status=404,
        headline="There is nothing at this address",
        text="Please copy the whole link from your mail: some programs cut off its end.",
        link=way_on(request),
        other=way_to_links(None),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    business = _business_of(request)
    text = "The link may have a typing error, or the page may be gone."
    return notice(
        request,
        status=404,
        headline="There is nothing at this address",
        text=text if business else f"{text} Ask the business for its booking link.",
        business=business,
        link=way_to_pages(business) if business else way_on(request),
    )


def _business_of(request: HttpRequest) -> Business | None:
    """The business whose page was asked for, as far as the address names one."""
    match = request.resolver_match
    slug = match and match.kwargs.get("business_slug")
    return Business.objects.at(slug).first() if slug else None


def server_error(request: HttpRequest) -> HttpResponse:
    return notice(
        request,
        status=500,
        headline="Something went wrong on our side",
        text="Nothing was changed. Please try again in a moment.",
        link=way_on(request),
    )
