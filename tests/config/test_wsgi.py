from http import HTTPStatus

import pytest
from django.test import RequestFactory

from config.wsgi import application


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=zip",
        "text/plain; charset=rot13",
        "text/plain; charset=nonsense",
        "text/plain; charset=utf\x00",
        'multipart/form-data; boundary="x"; charset=hex',
        "text/plain; charset=latin-1",
        "",
    ],
)
def test_no_charset_breaks_a_request(content_type: str) -> None:
    environ = RequestFactory().get("/health/live?a=b").environ
    environ["CONTENT_TYPE"] = content_type
    answered: list[str] = []
    list(application(environ, lambda status, headers: answered.append(status)))
    assert answered == [f"{HTTPStatus.OK} OK"]
