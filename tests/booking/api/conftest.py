from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from accounts.models import Business
from booking.models import Service

ROOT = "/api/v1/businesses/salon-mara/"


class Api:
    """Speaks JSON; paths are below the business's, unless they begin with a slash."""

    def __init__(self) -> None:
        self.client = Client()

    def get(
        self,
        path: str = "",
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return self.client.get(_address(path), query or {}, headers=headers)

    def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        given = body if isinstance(body, bytes) else body or {}
        return self.client.post(
            _address(path), given, content_type="application/json", headers=headers
        )

    def delete(self, path: str) -> Any:
        return self.client.delete(_address(path))


def _address(path: str) -> str:
    return path if path.startswith("/") else ROOT + path


@pytest.fixture
def api(business: Business) -> Api:
    return Api()


def times_of(service: Service, start: str = "2027-03-02", **changes: Any) -> dict[str, Any]:
    """The query for the free times of one day, or until `end`."""
    return {"service": service.slug, "start": start, "end": start} | changes


def order_of(service: Service, /, **changes: Any) -> dict[str, Any]:
    """The body of a booking, on Tuesday at 9:00 in Berlin; what is changed to None is left out."""
    wanted: dict[str, Any] = {"service": service.slug, "start": "2027-03-02T08:00:00Z"}
    client = {"client_name": "Eva Klein", "client_email": "eva@example.com"}
    given = wanted | client | changes
    return {name: value for name, value in given.items() if value is not None}


def problem_of(response: Any) -> tuple[int, str]:
    """Status and code, once all that every problem says is there."""
    body = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= set(body)
    assert body["status"] == response.status_code
    return response.status_code, body["code"]
