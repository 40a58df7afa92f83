from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponse]


def refuse_unreadable_requests(get_response: Handler) -> Handler:
    """Answer 400 to a NUL in the address or a cookie: PostgreSQL cannot compare with one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        cookies = "".join(request.COOKIES.values())
        if "\0" in request.path + cookies or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The request contains a NUL.")
        return get_response(request)

    return middleware


def forget_zone(get_response: Handler) -> Handler:
    """End the time zone that an admin page has set for itself with its request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware
