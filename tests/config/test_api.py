"""Whatever is wrong with a request to the API is answered as a problem, and never by 500."""

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory

from booking.models import Service
from booking.operations import TooManyHolds
from config import api
from config.core.errors import TryAgain
from tests.booking.api.conftest import ROOT, problem_of

BOOKINGS = f"{ROOT}bookings/"


def post(client: Client, body: bytes, content_type: str = "application/json") -> Any:
    return client.post(BOOKINGS, body, content_type=content_type)


def test_a_problem_says_what_is_wrong(client: Client, service: Service) -> None:
    assert post(client, b"{}").json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Something in this request is not right. Nothing was changed.",
        "code": "validation_error",
        "errors": {"client_name": ["This field is required."]},
    }


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"client_name": "Zoë"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" + b"9" * 10_000 + b"]",
        b'{"spots": NaN}',
        b"[]",
        b"null",
        b'"text"',
        b"1",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_no_object_is_refused_as_a_whole(
    client: Client, service: Service, body: bytes
) -> None:
    response = post(client, body)
    assert problem_of(response) == (400, "validation_error")
    assert list(response.json()["errors"]) == ["body"]


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "1e-400", "9" * 4000, "1.5", "-0", "true", "null", '"²"', "{}"]
)
@pytest.mark.parametrize("field", ["spots", "duration_minutes"])
def test_any_number_is_read_or_refused(
    client: Client, service: Service, field: str, number: str
) -> None:
    body = {"service": "haircut", "start": "2027-03-02T08:00Z", "client_name": "E"}
    text = json.dumps(body | {"client_email": "e@example.com"})[:-1] + f', "{field}": {number}}}'
    assert post(client, text.encode()).status_code in {201, 400}


def test_a_charset_that_is_named_is_not_believed(client: Client, service: Service) -> None:
    for charset in ("zip", "base64", "utf-7", "rot13", "nonsense"):
        kind = f"application/json; charset={charset}"
        response = client.generic("POST", BOOKINGS, b"x\x9c", kind)
        assert problem_of(response) == (400, "validation_error")


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "", "/;;=,"]
)
def test_other_kinds_of_bodies_are_refused(client: Client, service: Service, kind: str) -> None:
    assert problem_of(post(client, b"a=b", kind)) == (415, "unsupported_media_type")


def test_a_body_that_is_too_long_is_refused_unread(
    client: Client, service: Service, settings: Any
) -> None:
    response = post(client, b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert problem_of(response) == (413, "too_large")


@pytest.mark.parametrize("accept", ["text/html", "nothing at all;;", "*/*;q=x"])
def test_the_answer_is_json_whatever_is_accepted(
    client: Client, service: Service, accept: str
) -> None:
    response = client.get(f"{ROOT}?format=html", headers={"Accept": accept})
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")


def test_another_method_is_refused_with_those_there_are(client: Client, service: Service) -> None:
    for method in ("put", "patch", "delete", "options"):
        response = getattr(client, method)(BOOKINGS)
        assert problem_of(response) == (405, "method_not_allowed")
        assert response.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    "path",
    ["", "nothing/", f"{ROOT[8:]}bookings", f"{ROOT[8:]}holds/1/", "bookings/a/b/c/", "é/"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_a_problem_too(
    client: Client, service: Service, method: str, path: str
) -> None:
    assert problem_of(getattr(client, method)(f"/api/v1/{path}")) == (404, "not_found")


def test_what_is_refused_before_any_view_is_a_problem_too(client: Client, service: Service) -> None:
    assert problem_of(client.get(f"{ROOT}?a=%00")) == (400, "validation_error")
    assert client.get("/book/salon-mara/?a=%00").headers["Content-Type"].startswith("text/html")


def test_a_fault_of_ours_is_a_problem_too(db: None) -> None:
    response = api.server_error(RequestFactory().get(ROOT))
    assert (response.status_code, response.headers["Content-Type"]) == (
        500,
        "application/problem+json",
    )
    assert json.loads(response.content)["code"] == "server_error"
    assert b"<html" in api.server_error(RequestFactory().get("/book/")).content


@pytest.mark.parametrize(("error", "wait"), [(TryAgain(), "5"), (TooManyHolds(), "60")])
def test_who_may_come_again_is_told_when(error: Any, wait: str) -> None:
    response = api.problem_of(error, {})
    assert response is not None
    assert (response.headers["Retry-After"], response.data["code"]) == (wait, error.code)
