"""Offered times on the client's own page: shown by GET, taken by POST."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from booking.lifecycle import Status
from booking.links import manage_token
from booking.models import ActorKind, Booking, Hold, Service, Source
from booking.operations import Actor, approve_booking, expire_booking, offer_times
from tests.booking.web.test_pages import text_of
from tests.conftest import NOW, Book, at
from tests.factories import ProviderFactory

A_DAY = timedelta(days=1)


@pytest.fixture
def by_owner(owner: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)


@pytest.fixture
def booking(booked: Book, service: Service) -> Booking:
    service.requires_approval = True
    service.save()
    return booked(at(8, day=4))


@pytest.fixture
def page(booking: Booking, by_owner: Actor) -> str:
    starts = [at(10, day=4), at(9, day=5)]
    offer_times(booking=booking, starts=starts, message="One of these?", actor=by_owner)
    return f"/booking/{manage_token(booking)}/"


def take(client: Client, page: str, start: str = "2027-03-05T09:00:00+00:00", **given: Any) -> Any:
    return client.post(f"{page}accept-offer/", {"start": start}, **given)


def test_the_page_offers_each_time_by_a_button(client: Client, page: str) -> None:
    answer = client.get(page)
    text = text_of(answer)
    for said in (
        "Salon Mara offers you other times",
        "They write: One of these?",
        "kept for you until Tuesday, 2 March 2027, 07:00: 24 hours from now",
        "Thursday, 4 March 2027, 11:00",
        "Friday, 5 March 2027, 10:00",
    ):
        assert said in text
    assert answer.content.decode().count("Take this time") == 2


def test_a_request_says_how_long_it_waits(client: Client, booking: Booking, clock: Any) -> None:
    clock.move_to(NOW + timedelta(hours=18, minutes=1))
    text = text_of(client.get(f"/booking/{manage_token(booking)}/"))
    assert "has until Tuesday, 2 March 2027, 07:00 to answer your request: 5 hours from now" in text


def test_taking_one_confirms_it(client: Client, booking: Booking, page: str) -> None:
    answer = take(client, page)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == (Status.CONFIRMED, at(9, day=5))
    text = text_of(client.get(page))
    assert ("You are booked" in text, "Take this time" in text) == (True, False)


def test_taking_it_twice_is_no_error(client: Client, booking: Booking, page: str) -> None:
    for _ in range(2):
        assert take(client, page).status_code == 303
    booking.refresh_from_db()
    assert booking.sequence == 1


def test_no_visit_takes_anything(client: Client, booking: Booking, page: str) -> None:
    before = list(Booking.objects.values()), list(Hold.objects.values())
    for address in (page, f"{page}accept-offer/", f"{page}accept-offer/?start=2027-03-05T09:00Z"):
        for _ in range(5):
            assert client.get(address, follow=True).status_code == 200
            assert client.head(address, follow=True).status_code == 200
    assert (list(Booking.objects.values()), list(Hold.objects.values())) == before


@pytest.mark.parametrize(
    "start", ["", "soon", "2027-03-05T09:00", "2027-03-05T12:00:00Z", "9" * 99]
)
def test_what_was_not_offered_is_refused_kindly(
    client: Client, booking: Booking, page: str, start: str
) -> None:
    answer = take(client, page, start)
    text = text_of(answer)
    assert answer.status_code == 409
    assert "This time is no longer kept for you. Nothing has changed." in text
    assert "Take this time" in text
    booking.refresh_from_db()
    assert booking.status == Status.PENDING


def test_another_site_cannot_take_a_time(client: Client, booking: Booking, page: str) -> None:
    assert take(client, page, headers={"Origin": "https://evil.example"}).status_code == 403
    booking.refresh_from_db()
    assert booking.status == Status.PENDING


def test_after_an_approval_the_page_says_what_holds(
    client: Client, booking: Booking, page: str, by_owner: Actor
) -> None:
    approve_booking(booking=booking, actor=by_owner)
    answer = take(client, page)
    text = text_of(answer)
    assert answer.status_code == 409
    assert "You are booked" in text
    assert "no longer kept for you" in text


def test_offers_that_lapsed_are_no_silence_of_the_business(
    client: Client, booking: Booking, page: str, clock: Any
) -> None:
    clock.move_to(NOW + A_DAY)
    assert take(client, page).status_code == 409
    expire_booking(booking=booking)
    text = text_of(client.get(page))
    assert "Your request has ended" in text
    assert "None of the times that Salon Mara offered you was taken in time" in text
    assert "could not answer" not in text


def test_both_clocks_and_another_provider_are_shown(
    client: Client, booking: Booking, page: str, by_owner: Actor, service: Service
) -> None:
    service.providers.add(ProviderFactory.create(business=service.business, name="Ali"))
    Booking.objects.update(timezone="America/New_York")
    offer_times(booking=booking, starts=[booking.starts_at], actor=by_owner)
    text = text_of(client.get(page))
    for said in ("Salon Mara offers you another time", "with Ali", "03:00 for you (New York)"):
        assert said in text


def test_an_offer_is_no_browsers_hold(client: Client, booking: Booking, page: str) -> None:
    hold = Hold.objects.first()
    assert hold is not None
    api = f"/api/v1/businesses/salon-mara/holds/{hold.public_id}/"
    assert client.delete(api).status_code == 404
    assert client.post(f"{api}extend/").status_code == 404
    assert Hold.objects.count() == 2
