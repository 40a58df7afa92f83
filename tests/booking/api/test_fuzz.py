"""Whatever is sent, nothing breaks: requests are read or refused, and never answered by 5xx."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.models import Question, QuestionType, Service
from tests.booking.api.conftest import Api, order_of, times_of
from tests.factories import QuestionFactory

pytestmark = pytest.mark.generated

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
# Every code point, halves of surrogate pairs among them: JSON can escape those, too.
TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=120)
VALUES = st.recursive(
    SCALARS | TEXTS | st.datetimes().map(str) | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
ORDER_FIELDS = st.sampled_from(
    [
        *("service", "start", "session", "provider", "spots", "duration_minutes", "timezone"),
        *("hold", "client_name", "client_email", "client_phone", "notes", "answers"),
    ]
)
QUERY_FIELDS = st.sampled_from(
    [
        *("service", "start", "end", "timezone", "provider", "duration_minutes", "spots"),
        *("hold", "include"),
    ]
)
many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def question(service: Service) -> Question:
    made: Question = QuestionFactory.create(service=service, type=QuestionType.NUMBER)
    return made


@many
@given(changes=st.dictionaries(ORDER_FIELDS, VALUES, min_size=1, max_size=3))
def test_any_value_in_a_body(
    api: Api, service: Service, question: Question, changes: dict[str, Any]
) -> None:
    body = json.dumps(order_of(service) | changes).encode()
    for path in ("bookings/", "holds/"):
        assert api.post(path, body).status_code < 500


@many
@given(answers=st.dictionaries(st.just("topic") | TEXTS, VALUES, max_size=3))
def test_any_answer(
    api: Api, service: Service, question: Question, answers: dict[str, Any]
) -> None:
    body = json.dumps(order_of(service, answers=answers)).encode()
    assert api.post("bookings/", body).status_code < 500


@many
@given(query=st.dictionaries(QUERY_FIELDS, st.text(max_size=60), min_size=1, max_size=3))
def test_any_parameter(api: Api, service: Service, query: dict[str, str]) -> None:
    assert api.get("availability/", times_of(service) | query).status_code < 500


@many
@given(body=st.binary(max_size=200), key=st.binary(max_size=120))
def test_any_bytes(api: Api, service: Service, body: bytes, key: bytes) -> None:
    headers = {"Idempotency-Key": key.decode("latin-1")}
    assert api.post("bookings/", body, headers).status_code < 500
