"""What django-axes asks of us: whom an attempt was for, and what someone locked out is shown."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from config.core import clock

_MAX_NAME_LENGTH = 255  # of AccessAttempt.username; upper case may be longer than what was typed


def attempted_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The e-mail that was typed, the same for all ways of writing that find the same account.

    The database compares upper case with upper case: there a dotless i is an I and a long s an S,
    and each of them would be worth another ten attempts.
    """
    typed = (credentials or request.POST).get("username") or ""
    plain = unicodedata.normalize("NFKC", str(typed)).strip().upper().lower()
    return plain[:_MAX_NAME_LENGTH]


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """The page that says when to try again. It tells nothing about whether the account exists."""
    seconds = ceil((_opens_at(request, credentials) - clock.now()).total_seconds())
    context = {"attempts": settings.AXES_FAILURE_LIMIT, "minutes": max(1, ceil(seconds / 60))}
    page = render(request, "accounts/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(max(1, seconds))
    add_never_cache_headers(page)
    return page


def forget_old_attempts() -> None:
    """Delete attempts that lock nobody out any more."""
    before = clock.now() - settings.AXES_COOLOFF_TIME
    AccessAttempt.objects.filter(attempt_time__lte=before).delete()


def _opens_at(request: HttpRequest, credentials: Mapping[str, Any] | None) -> datetime:
    handler = AxesProxyHandler.get_implementation()
    attempts = handler.get_user_attempts(request, credentials)
    return max((_falls_below_limit(rows) for rows in attempts), default=clock.now())


def _falls_below_limit(attempts: "QuerySet[AccessAttempt]") -> datetime:
    """When so many of them are too old to count that the rest is below the limit."""
    rows = attempts.order_by("attempt_time").values_list("attempt_time", "failures_since_start")
    left, cool_off = sum(failures for _, failures in rows), settings.AXES_COOLOFF_TIME
    opens_at: datetime = clock.now()
    for tried_at, failures in rows:
        if left < settings.AXES_FAILURE_LIMIT:
            break
        left -= failures
        opens_at = tried_at + cool_off
    return opens_at
