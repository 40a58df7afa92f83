from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponse]


def refuse_unreadable_requests(get_response: Handler) -> Handler:
    """Answer 400 to a NUL in the address or a cookie: PostgreSQL cannot compare with one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        cookies = "".join(request.COOKIES.values())
        if "\0" in request.path + cookies or "%00" in request.META.get("QUERY_STRING", ""):
            answer = get_resolver().resolve_error_handler(400)
            return answer(request)
        return get_response(request)

    return middleware


def answer_head_without_body(get_response: Handler) -> Handler:
    """Django leaves the body of an answer to HEAD to the server, and ours complains of each."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    return middleware


def forget_zone(get_response: Handler) -> Handler:
    """End the time zone that an admin page has set for itself with its request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware
