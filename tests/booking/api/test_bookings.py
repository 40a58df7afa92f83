from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from limits import parse

from accounts.models import Business
from booking.models import ActorKind, Booking, HistoryEntry, Hold, QuestionType, Service
from booking.operations import place_hold
from booking.wish import Wish
from config.core import throttle
from tests.booking.api.conftest import Api, order_of, problem_of
from tests.booking.api.test_availability import plan
from tests.conftest import Book, at
from tests.factories import QuestionFactory, ServiceFactory

KEYS = [
    "reference",
    "status",
    "service",
    "start",
    "end",
    "timezone",
    "provider",
    "spots",
    "client_name",
    "client_email",
    "client_phone",
    "notes",
    "answers",
    "manage_token",
    "manage_url",
    "invite_url",
    "source",
    "created_at",
    "updated_at",
]


def test_a_booking_answers_with_what_was_agreed(api: Api, service: Service) -> None:
    order = order_of(
        service, client_phone="030 901820", notes="I bring a dog.", timezone="Europe/London"
    )
    response = api.post("bookings/", order)
    assert response.status_code == 201
    made, booking = response.json(), Booking.objects.get()
    assert list(made) == [*KEYS, "confirmed_at"]
    assert made["reference"] == booking.reference
    assert (made["status"], made["source"], made["service"]) == ("confirmed", "api", "haircut")
    assert (made["start"], made["end"], made["timezone"]) == (
        "2027-03-02T08:00:00+00:00",
        "2027-03-02T09:00:00+00:00",
        "Europe/London",
    )
    assert made["client_phone"] == "+4930901820"
    assert made["manage_url"] == f"http://testserver/booking/{made['manage_token'][4:]}/"
    assert made["invite_url"] == f"{made['manage_url']}invite.ics"
    assert response.headers["Location"] == (
        f"http://testserver/api/v1/bookings/{booking.reference}/"
    )
    assert HistoryEntry.objects.get().actor_kind == ActorKind.CLIENT


def test_a_request_says_until_when_it_waits(api: Api, service: Service) -> None:
    service.requires_approval = True
    service.save()
    made = api.post("bookings/", order_of(service)).json()
    assert list(made) == [*KEYS, "expires_at"]
    assert (made["status"], made["expires_at"]) == ("pending", "2027-03-02T07:00:00+01:00")


def test_a_session_is_joined_by_its_id(api: Api, business: Business) -> None:
    course = ServiceFactory.create(business=business, starts="planned", capacity=8)
    session = plan(course, at(17))
    order = order_of(course, session=str(session.public_id), spots=2, service=None, start=None)
    made = api.post("bookings/", order).json()
    assert (made["start"], made["spots"]) == ("2027-03-02T18:00:00+01:00", 2)
    session.refresh_from_db()
    assert session.spots_taken == 2


def test_a_hold_becomes_the_booking(api: Api, service: Service) -> None:
    hold = place_hold(wish=Wish(service=service), start=at(8), holder="me")
    session_id = hold.session_id
    assert api.post("bookings/", order_of(service)).status_code == 409
    response = api.post("bookings/", order_of(service, hold=str(hold.public_id)))
    assert response.status_code == 201
    assert (Booking.objects.get().session_id, Hold.objects.count()) == (session_id, 0)


def test_a_hold_that_is_over_still_books_a_free_time(
    api: Api, service: Service, clock: time_machine.Traveller
) -> None:
    hold = place_hold(wish=Wish(service=service), start=at(8), holder="me")
    clock.shift(timedelta(minutes=6))
    response = api.post("bookings/", order_of(service, hold=str(hold.public_id)))
    assert response.status_code == 201


def test_a_hold_of_another_business_is_no_help_and_stays(api: Api, service: Service) -> None:
    hold = place_hold(wish=Wish(service=ServiceFactory.create()), start=at(8), holder="me")
    response = api.post("bookings/", order_of(service, hold=str(hold.public_id)))
    assert (response.status_code, Hold.objects.count()) == (201, 1)


def test_the_same_key_again_is_the_same_booking(api: Api, service: Service) -> None:
    key = {"Idempotency-Key": "a" * 100}
    answers = [api.post("bookings/", order_of(service), key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert Booking.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(api: Api, service: Service) -> None:
    key = {"Idempotency-Key": "one"}
    api.post("bookings/", order_of(service), key)
    response = api.post("bookings/", order_of(service, client_name="Eva Gross"), key)
    assert problem_of(response) == (422, "idempotency_mismatch")


def test_a_key_counts_within_its_business(api: Api, service: Service) -> None:
    other = ServiceFactory.create(slug="haircut")
    key = {"Idempotency-Key": "one"}
    api.post("bookings/", order_of(service), key)
    path = f"/api/v1/businesses/{other.business.slug}/bookings/"
    assert api.post(path, order_of(other), key).status_code == 201
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("key", ["a" * 101, "schlüssel", "tab\tulator"])
def test_a_key_that_cannot_be_kept_is_refused(api: Api, service: Service, key: str) -> None:
    response = api.post("bookings/", order_of(service), {"Idempotency-Key": key})
    assert problem_of(response) == (400, "validation_error")
    assert list(response.json()["errors"]) == ["Idempotency-Key"]


def test_a_time_that_is_gone_comes_with_others(api: Api, service: Service, booked: Book) -> None:
    booked(at(8))
    response = api.post("bookings/", order_of(service, timezone="Europe/London"))
    assert problem_of(response) == (409, "slot_taken")
    assert response.json()["alternatives"][0]["start"] == "2027-03-02T09:00:00+00:00"


def test_a_time_never_offered_comes_with_reasons(api: Api, service: Service) -> None:
    response = api.post("bookings/", order_of(service, start="2027-03-06T08:00:00Z"))
    assert problem_of(response) == (422, "slot_unavailable")
    assert response.json()["reasons"] == ["closed"]
    assert len(response.json()["alternatives"]) == 6


def test_a_rule_of_the_business_refuses(api: Api, service: Service, booked: Book) -> None:
    service.requires_approval = True
    service.save()
    for day in (8, 9, 10):
        booked(at(8, day=day))
    assert problem_of(api.post("bookings/", order_of(service))) == (422, "policy_violation")


def test_a_closed_business_books_nothing(api: Api, service: Service, settings: Any) -> None:
    settings.BOOKING_ENABLED = False
    assert problem_of(api.post("bookings/", order_of(service))) == (503, "booking_closed")
    body = {"service": service.slug, "start": "2027-03-02T08:00:00Z"}
    assert problem_of(api.post("holds/", body)) == (503, "booking_closed")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"client_name": None}, ["client_name"]),
        ({"client_name": "http://evil.example"}, ["client_name"]),
        ({"client_name": "Eva\nKlein"}, ["client_name"]),
        ({"client_name": "x" * 101}, ["client_name"]),
        ({"client_name": "Eva \u202eKlein"}, ["client_name"]),
        ({"client_name": "\ud800"}, ["client_name"]),
        ({"client_name": "Eva\x00"}, ["client_name"]),
        ({"client_name": ["Eva"]}, ["client_name"]),
        ({"client_email": None}, ["client_email"]),
        ({"client_email": "eva"}, ["client_email"]),
        ({"client_email": "eva@example.com\r\nBcc: x@example.com"}, ["client_email"]),
        ({"client_phone": "12"}, ["client_phone"]),
        ({"notes": "x" * 2001}, ["notes"]),
        ({"notes": {"a": "b"}}, ["notes"]),
        ({"hold": "mine"}, ["hold"]),
        ({"answers": ["yes"]}, ["answers"]),
        ({"spots": True}, ["spots"]),
        ({"provider": 1.5}, ["provider"]),
    ],
)
def test_the_rules_of_the_form_are_kept(
    api: Api, service: Service, changes: dict[str, Any], fields: list[str]
) -> None:
    response = api.post("bookings/", order_of(service, **changes))
    assert problem_of(response) == (400, "validation_error")
    assert sorted(response.json()["errors"]) == fields
    assert Booking.objects.count() == 0


def test_a_phone_number_alone_will_do(api: Api, service: Service) -> None:
    order = order_of(service, client_email=None, client_phone="+49 30 901820")
    assert api.post("bookings/", order).status_code == 201


def test_what_is_not_for_clients_to_say_changes_nothing(api: Api, service: Service) -> None:
    service.price_amount = 5000
    service.save()
    sent = {"status": "completed", "price_amount": 0, "business": 7, "source": "admin"}
    made = api.post("bookings/", order_of(service, **sent, created_at="2020-01-01")).json()
    booking = Booking.objects.get()
    assert (made["status"], booking.price_amount) == ("confirmed", 5000)
    assert (booking.source, booking.business) == ("api", service.business)


@pytest.fixture
def asking(service: Service) -> Service:
    """A service with a question of each kind, of which two must be answered."""
    kinds: dict[str, dict[str, Any]] = {
        "colour": {"type": QuestionType.CHOICE, "choices": ["red", "blue"], "is_required": True},
        "consent": {"type": QuestionType.YES_NO, "is_required": True},
        "height": {"type": QuestionType.NUMBER},
        "born": {"type": QuestionType.DATE},
        "more": {"type": QuestionType.LONG_TEXT},
        "allergic": {"type": QuestionType.YES_NO},
    }
    for position, (key, given) in enumerate(kinds.items()):
        QuestionFactory.create(service=service, key=key, label=key, position=position, **given)
    return service


def test_questions_are_answered_in_json(api: Api, asking: Service) -> None:
    answers = {"colour": "red", "consent": True, "height": 1.75, "born": "1990-05-01", "more": None}
    response = api.post("bookings/", order_of(asking, answers=answers))
    assert response.status_code == 201, response.json()
    assert response.json()["answers"] == {
        "colour": "red",
        "consent": "Yes",
        "height": "1.75",
        "born": "1990-05-01",
        "allergic": "No",
    }


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"colour": None}, ["answers.colour"]),
        ({"colour": "green"}, ["answers.colour"]),
        ({"consent": False}, ["answers.consent"]),
        ({"consent": "no"}, ["answers.consent"]),
        ({"height": "tall"}, ["answers.height"]),
        ({"born": "soon"}, ["answers.born"]),
        ({"more": "x" * 2001}, ["answers.more"]),
        ({"more": "\ud800"}, ["answers.more"]),
        ({"more": ["a"]}, ["answers.more"]),
        ({"unasked": "x", "colour": "green"}, ["answers.colour", "answers.unasked"]),
        ({"\ud800": "x"}, ["answers.\ud800"]),
    ],
)
def test_answers_that_do_not_fit_are_named(
    api: Api, asking: Service, changes: dict[str, Any], fields: list[str]
) -> None:
    answers = {"colour": "red", "consent": True} | changes
    body = order_of(asking, answers=answers)
    response = api.post("bookings/", body)
    assert response.status_code == 400
    assert sorted(response.json()["errors"]) == fields


def test_nothing_of_another_business_can_be_booked(api: Api, service: Service) -> None:
    foreign = ServiceFactory.create(slug="theirs", starts="planned", capacity=8)
    session, provider = plan(foreign, at(17)), foreign.providers.get()
    for changes, field in (
        ({"service": "theirs"}, "service"),
        ({"provider": str(provider.public_id)}, "provider"),
        ({"session": str(session.public_id), "service": None, "start": None}, "session"),
    ):
        response = api.post("bookings/", order_of(service, **changes))
        assert problem_of(response) == (400, "validation_error")
        assert list(response.json()["errors"]) == [field]


@pytest.fixture
def limits(settings: Any) -> Iterator[None]:
    """Two bookings and three vain attempts an hour."""
    settings.RATE_LIMITS = {"bookings": parse("2/hour"), "attempts": parse("3/hour")}
    throttle._limiter.cache_clear()
    yield
    throttle._limiter.cache_clear()


def test_bookings_are_limited_but_for_the_one_sent_again(
    limits: None, api: Api, service: Service, clock: time_machine.Traveller
) -> None:
    key = {"Idempotency-Key": "one"}
    first = order_of(service)
    assert api.post("bookings/", first, key).status_code == 201
    clock.shift(1)
    assert [api.post("bookings/", first, key).status_code for _ in range(2)] == [201] * 2
    starts = [f"2027-03-{day:02}T08:00:00Z" for day in (3, 4)]
    answers = [api.post("bookings/", order_of(service, start=start)) for start in starts]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert problem_of(answers[1]) == (429, "throttled")
    assert int(answers[1].headers["Retry-After"]) > 3500
    assert api.post("bookings/", first, key).status_code == 201


def test_vain_attempts_count_together_with_those_to_hold(
    limits: None, api: Api, service: Service
) -> None:
    vain = [api.post("bookings/", b"{"), api.post("holds/"), api.post("bookings/")]
    assert [answer.status_code for answer in vain] == [400] * 3
    body = {"service": service.slug, "start": "2027-03-02T08:00:00Z"}
    assert problem_of(api.post("holds/", body)) == (429, "throttled")
    assert problem_of(api.post("bookings/", order_of(service))) == (429, "throttled")


def test_holds_are_limited_together_with_those_of_the_pages(
    api: Api, service: Service, settings: Any
) -> None:
    settings.RATE_LIMITS = {"holds": parse("1/hour")}
    throttle._limiter.cache_clear()
    body = {"service": service.slug, "start": "2027-03-02T08:00:00Z"}
    answers = [api.post("holds/", body) for _ in range(2)]
    throttle._limiter.cache_clear()
    assert answers[0].status_code == 201
    assert problem_of(answers[1]) == (429, "throttled")


def test_no_cookie_is_believed_nor_asked_for(api: Api, service: Service, owner: Any) -> None:
    api.client.force_login(owner)
    api.client.handler.enforce_csrf_checks = True
    response = api.post("bookings/", order_of(service))
    assert response.status_code == 201
    assert not response.cookies
    assert HistoryEntry.objects.get().actor is None
    reference = response.json()["reference"]
    assert problem_of(api.get(f"/api/v1/bookings/{reference}/")) == (401, "not_authenticated")
