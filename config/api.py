"""The REST API: where its parts lie, and what it answers when something is wrong (RFC 9457)."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path, re_path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings

from booking.web import errors as pages
from config.core.errors import DomainError

PREFIX = "/api/"
CONTENT_TYPE = "application/problem+json"
_WORDS = {
    400: "Something in this request is not right. Nothing was changed.",
    401: "Send a valid token as “Authorization: Bearer …”.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    405: "This address does not take such a request.",
    413: "This is too long.",
    415: "Send JSON, as application/json.",
    500: "Something went wrong on our side. Please try again in a moment.",
}
_CODES = {
    400: "validation_error",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    500: "server_error",
}
_Problem = dict[str, object]


def problem_of(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to whatever a view raised; None for what is a fault of ours."""
    if isinstance(error, DomainError):
        return _refusal(error)
    error = _in_terms_of_http(error)
    if not isinstance(error, exceptions.APIException):
        return None
    problem = _problem(error.status_code)
    if error.status_code == 400:
        problem["errors"] = _by_field(error.detail)
    return _response(problem, _headers(error, context))


def _refusal(error: DomainError) -> Response:
    problem = _problem(pages.STATUS[type(error)], code=error.code, detail=error.message)
    wait = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return _response(problem | error.members, wait)


def _in_terms_of_http(error: Exception) -> Exception:
    match error:
        case ModelError():
            return exceptions.ValidationError(as_serializer_error(error))
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            too_large = exceptions.APIException()
            too_large.status_code = 413
            return too_large
        case SuspiciousOperation():
            return exceptions.ParseError("This request could not be read.")
    return error


def _headers(error: exceptions.APIException, context: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(error, exceptions.MethodNotAllowed):
        return {"Allow": ", ".join(context["view"].allowed_methods)}
    challenge = getattr(error, "auth_header", None)
    return {"WWW-Authenticate": challenge} if challenge else {}


def _by_field(detail: Any) -> dict[str, list[str]]:
    """Messages under the names of what they are about: `answers.topic` lies in `answers`."""
    found: dict[str, list[str]] = {}
    for name, message in _messages(detail, ()):
        found.setdefault(name or str(api_settings.NON_FIELD_ERRORS_KEY), []).append(message)
    return found


def _messages(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _messages(inner, (*path, str(name)))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _messages(inner, path)
    else:
        yield ".".join(path), str(detail)


def _problem(status: int, *, code: str = "", detail: str = "") -> _Problem:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or _WORDS[status],
        "code": code or _CODES[status],
    }


def _response(problem: _Problem, headers: Mapping[str, str]) -> Response:
    status = int(str(problem["status"]))
    return Response(problem, status=status, headers=dict(headers), content_type=CONTENT_TYPE)


def unknown(request: HttpRequest, **path: str) -> HttpResponse:
    return _plainly(404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For what is refused before any view is asked."""
    if request.path.startswith(PREFIX):
        return _plainly(400)
    return pages.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return _plainly(500) if request.path.startswith(PREFIX) else pages.server_error(request)


def _plainly(status: int) -> HttpResponse:
    return JsonResponse(_problem(status), status=status, content_type=CONTENT_TYPE)


urlpatterns = [
    path("", include("booking.api.urls")),
    # Else pages would answer that there is no such page.
    re_path("", unknown),
]
