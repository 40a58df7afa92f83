"""What is in the way of robots and of haste, and is not in the way of people."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from limits import parse

from booking.lifecycle import Status
from booking.models import Booking, Service
from booking.operations import PolicyViolation, approve_booking
from booking.web import form_token
from config.core import throttle
from tests.booking.web.test_pages import text_of
from tests.conftest import CLIENT, NOW, Book, at

FORM = "/book/salon-mara/haircut/confirm/"
HOUR = timedelta(hours=1)


@pytest.fixture
def limits(settings: Any) -> Iterator[dict[str, Any]]:
    """Three bookings and five vain attempts an hour."""
    settings.RATE_LIMITS = {"bookings": parse("3/hour"), "attempts": parse("5/hour")}
    throttle._limiter.cache_clear()
    yield settings.RATE_LIMITS
    throttle._limiter.cache_clear()


class Visitor:
    """Fills in the form as a person does: not within a second or two."""

    def __init__(self, service: Service, clock: time_machine.Traveller) -> None:
        self.service, self.clock, self.client, self.number = service, clock, Client(), 0

    def send(self, *, address: str = "203.0.113.7", wait: float = 5, **changes: Any) -> Any:
        token = form_token.issue(self.service.business_id)
        self.clock.shift(wait)
        self.number += 1
        filled = {
            "form_token": token,
            "start": f"2027-03-{1 + self.number:02}T08:00:00Z",
            "name": "Eva Klein",
            "email": f"eva{self.number}@example.com",
        }
        return self.client.post(FORM, filled | changes, REMOTE_ADDR=address)


@pytest.fixture
def visitor(service: Service, clock: time_machine.Traveller) -> Visitor:
    return Visitor(service, clock)


def test_bookings_are_limited_by_address(
    limits: dict[str, Any], visitor: Visitor, clock: time_machine.Traveller
) -> None:
    assert [visitor.send().status_code for _ in range(3)] == [303] * 3
    refused = visitor.send(name="Eva, the fourth")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3585")
    assert "too often in a short time from your connection" in text_of(refused)
    assert "try again in 60 minutes" in text_of(refused)
    assert "Eva, the fourth" in refused.content.decode()
    assert 'name="start" value="2027-03-05T08:00:00+00:00"' in refused.content.decode()
    assert visitor.send(address="203.0.113.8", start="2027-03-08T08:00:00Z").status_code == 303
    clock.shift(HOUR)
    assert visitor.send(start="2027-03-09T08:00:00Z").status_code == 303


def test_sending_the_same_form_again_is_neither_counted_nor_limited(
    limits: dict[str, Any], visitor: Visitor, service: Service
) -> None:
    token = form_token.issue(service.business_id)
    again: dict[str, Any] = {
        "start": "2027-03-02T08:00:00Z",
        "email": "eva@example.com",
        "form_token": token,
    }
    assert [visitor.send(**again).status_code for _ in range(5)] == [303] * 5
    others = [visitor.send(start=f"2027-03-{day}T08:00:00Z") for day in ("03", "04", "05")]
    assert [answer.status_code for answer in others] == [303, 303, 429]
    assert visitor.send(**again).status_code == 303


def test_vain_attempts_count_apart(limits: dict[str, Any], visitor: Visitor) -> None:
    assert [visitor.send(name="").status_code for _ in range(4)] == [400] * 4
    assert visitor.send(start="2027-03-02T08:00:00Z").status_code == 303
    assert visitor.send(name="").status_code == 400
    assert visitor.send().status_code == 429
    assert Booking.objects.count() == 1


def test_an_invented_forwarding_address_is_not_believed(
    limits: dict[str, Any], visitor: Visitor
) -> None:
    answers = [
        visitor.client.post(
            FORM, {}, REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR=f"198.51.100.{attempt}"
        ).status_code
        for attempt in range(6)
    ]
    assert answers == [400] * 5 + [429]


def test_looking_around_is_not_limited(limits: dict[str, Any], visitor: Visitor) -> None:
    pages = [visitor.client.get("/book/salon-mara/haircut/").status_code for _ in range(20)]
    assert pages == [200] * 20


def test_a_form_that_comes_back_at_once_has_to_be_sent_once_more(
    limits: dict[str, Any], service: Service, clock: time_machine.Traveller
) -> None:
    client, token = Client(), form_token.issue(service.business_id)
    filled = {"form_token": token, "start": "2027-03-02T08:00:00Z", "name": "Eva"}
    filled["email"] = "eva@example.com"
    refused = client.post(FORM, filled)
    assert refused.status_code == 400
    assert "quicker than we expected" in text_of(refused)
    # The token is kept, and grows older while one reads.
    assert token in refused.content.decode()
    clock.shift(3)
    assert client.post(FORM, filled).status_code == 303


def test_a_token_of_another_business_or_an_old_one_is_replaced(
    visitor: Visitor, service: Service
) -> None:
    foreign = form_token.issue(service.business_id + 1)
    for refused in (
        visitor.send(form_token=foreign),
        visitor.send(wait=form_token.MAX_AGE_SECONDS + 1),
    ):
        assert refused.status_code == 400
        assert "open for too long" in text_of(refused)
        assert foreign not in refused.content.decode()


def test_the_trap_catches_who_fills_in_everything_and_lets_go_of_people(visitor: Visitor) -> None:
    refused = visitor.send(homepage="https://buy.example")
    assert (refused.status_code, Booking.objects.count()) == (400, 0)
    assert "Please empty this field: it is here to stop robots." in text_of(refused)
    assert "trap" not in refused.content.decode()


def test_the_trap_is_out_of_the_way_of_keyboards_and_screen_readers(visitor: Visitor) -> None:
    html = visitor.client.get(f"{FORM}?start=2027-03-02T08:00:00Z").content.decode()
    trap = html[html.index('<div class="trap visually-hidden"') :].partition("</div>")[0]
    assert 'aria-hidden="true"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap


def test_one_address_has_at_most_three_unanswered_requests(
    booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    service.requires_approval = True
    service.save()
    first, *_ = [booked(at(8, day=day)) for day in (2, 3, 4)]
    with pytest.raises(PolicyViolation, match="still wait for an answer"):
        booked(at(8, day=5))
    assert booked(at(8, day=5), email="other@example.com").status == Status.PENDING
    approve_booking(booking=first, actor=CLIENT)
    assert booked(at(8, day=8), email="EVA@example.com").status == Status.PENDING
    with pytest.raises(PolicyViolation):
        booked(at(8, day=9))
    clock.move_to(NOW + timedelta(days=1))
    assert booked(at(8, day=9)).status == Status.PENDING


def test_the_page_says_that_requests_still_wait_and_keeps_the_form(
    booked: Book, service: Service, visitor: Visitor
) -> None:
    service.requires_approval = True
    service.save()
    for day in (8, 9, 10):
        booked(at(8, day=day))
    refused = visitor.send(email="eva@example.com", notes="I bring a dog.")
    assert refused.status_code == 422
    assert "still wait for an answer" in text_of(refused)
    assert "I bring a dog." in refused.content.decode()


def test_what_is_confirmed_at_once_is_not_counted_as_unanswered(booked: Book) -> None:
    assert [booked(at(8, day=day)).status for day in (2, 3, 4, 5)] == [Status.CONFIRMED] * 4


def test_guessed_links_all_look_alike(client: Client, service: Service) -> None:
    pages = {
        client.get(f"/booking/{guess}/").content
        for guess in ("1", "0" * 32, f"{'0' * 32}.1.{'A' * 43}", "..admin", "é")
    }
    assert len(pages) == 1


def test_what_is_too_long_is_said_to_be(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    refused = visitor.send(notes="x" * 1_100_000)
    assert refused.status_code == 413
    assert "shorten what you wrote" in text_of(refused)
    assert "Traceback" not in caplog.text
