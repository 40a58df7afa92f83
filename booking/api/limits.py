"""Limits for each client, counted together with those of the pages."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from config.core import throttle
from config.core.errors import DomainError


def client_of(request: Request) -> HttpRequest:
    """The request as Django made it, which knows whose it is."""
    return request._request  # noqa: SLF001 - there is no other way to it


@contextmanager
def counting_vain_attempts(request: HttpRequest) -> Iterator[None]:
    """Whatever is refused inside counts as a vain attempt."""
    try:
        yield
    except (APIException, DomainError):
        throttle.count(request, "attempts")
        raise
