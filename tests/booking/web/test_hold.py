"""A press on a time keeps it and leads to the form; everything works without scripts."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client, override_settings
from limits import parse as parse_limit

from booking.models import Booking, Hold, Service
from tests.booking.web.test_pages import CALENDAR, press, starts, text_of
from tests.booking.web.test_reserve import FORM
from tests.conftest import NOW, Book, at
from tests.factories import BusinessFactory, PlannedSessionFactory, ProviderFactory, ServiceFactory

EVA = {"name": "Eva Klein", "email": "eva@example.com"}


def press_first(client: Client, **query: str) -> str:
    """The address of the form that the day's first time leads to."""
    answer = press(client, client.get(CALENDAR, {"date": "2027-03-02", **query}))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def fields_of(page: Any) -> dict[str, str]:
    """What the form sends along unseen."""
    html = page.content.decode()
    form = html[html.index('id="reservation"') :]
    return dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', form))


def asked(address: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}


def test_from_the_press_to_the_booking(
    client: Client, service: Service, clock: time_machine.Traveller
) -> None:
    address = press_first(client)
    hold = Hold.objects.get()
    assert asked(address) == {
        "start": "2027-03-02T08:00:00Z",
        "hold": str(hold.public_id),
        "tz": "Europe/Berlin",
    }
    page = client.get(address)
    assert "This time is kept for you until 07:05." in text_of(page)
    clock.shift(timedelta(seconds=5))
    answer = client.post(FORM, fields_of(page) | EVA)
    assert answer.status_code == 303
    assert Booking.objects.get().starts_at == at(8)
    assert Hold.objects.count() == 0


def test_others_no_longer_see_the_time_but_its_own_browser_does(
    client: Client, service: Service
) -> None:
    hold = asked(press_first(client))["hold"]
    day = {"date": "2027-03-02"}
    assert starts(client.get(CALENDAR, day))[0] == "2027-03-02T09:00:00Z"
    assert starts(client.get(CALENDAR, day | {"hold": hold}))[0] == "2027-03-02T08:00:00Z"


def test_pressing_another_time_moves_the_hold(client: Client, service: Service) -> None:
    hold = asked(press_first(client))["hold"]
    page = client.get(CALENDAR, {"date": "2027-03-02", "hold": hold})
    answer = press(client, page, 3)
    assert asked(answer.headers["Location"])["start"] == "2027-03-02T11:00:00Z"
    assert Hold.objects.get().session.starts_at == at(11)


def test_pressing_the_same_time_again_keeps_the_hold(client: Client, service: Service) -> None:
    hold = asked(press_first(client))["hold"]
    assert asked(press_first(client, hold=hold))["hold"] == hold
    assert Hold.objects.count() == 1


def test_keeping_it_longer_keeps_what_was_typed(
    client: Client, service: Service, clock: time_machine.Traveller
) -> None:
    page = client.get(press_first(client))
    clock.shift(timedelta(minutes=4))
    page = client.post(FORM, fields_of(page) | EVA | {"extend": "yes"})
    assert "This time is kept for you until 07:09." in text_of(page)
    assert 'value="Eva Klein"' in page.content.decode()
    assert "Keep it longer" not in page.content.decode()
    assert client.post(FORM, fields_of(page) | EVA).status_code == 303


def test_keeping_it_longer_comes_too_late(
    client: Client, service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    page = client.get(press_first(client))
    clock.shift(timedelta(minutes=5))
    fields = fields_of(page) | EVA | {"extend": "yes"}
    assert "is kept for you" not in text_of(client.post(FORM, fields))
    booked(at(8), email="other@example.com")
    assert "This time has just been taken" in text_of(client.post(FORM, fields))


def test_a_time_that_was_just_taken_leads_to_the_form_that_says_so(
    client: Client, service: Service, booked: Book
) -> None:
    page = client.get(CALENDAR, {"date": "2027-03-02"})
    booked(at(8))
    form = client.get(press(client, page).headers["Location"])
    assert form.status_code == 409
    assert "This time has just been taken" in text_of(form)


def test_who_keeps_two_times_can_still_book_a_third(
    client: Client, service: Service, clock: time_machine.Traveller
) -> None:
    for _ in range(2):
        press_first(client)
    address = press_first(client)
    assert asked(address)["start"] == "2027-03-02T10:00:00Z"
    assert "hold" not in asked(address)
    page = client.get(address)
    assert "kept for you" not in text_of(page)
    clock.shift(timedelta(seconds=5))
    assert client.post(FORM, fields_of(page) | EVA).status_code == 303


@override_settings(RATE_LIMITS={"holds": parse_limit("2/hour")})
def test_who_presses_too_often_gets_the_form_without_a_hold(
    client: Client, service: Service
) -> None:
    given = [asked(press_first(client, hold=""))]
    Hold.objects.all().delete()
    given += [asked(press_first(client)) for _ in range(2)]
    assert ["hold" in query for query in given] == [True, True, False]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"chosen": "yesterday"},
        {"chosen": "2027-03-02T08:00:00Z"},
        {"form_token": "forged", "chosen": "2027-03-02T08:00:00Z"},
        {"form_token": "forged", "chosen": "2027-03-02T08:00:00Z nonsense"},
    ],
)
def test_without_a_token_of_ours_nothing_is_kept(
    client: Client, service: Service, fields: dict[str, str]
) -> None:
    answer = client.post(f"{CALENDAR}hold/", fields)
    assert answer.status_code == 303
    assert client.get(answer.headers["Location"]).status_code in {200, 400}
    assert Hold.objects.count() == 0


def test_only_a_post_of_our_own_page_keeps_a_time(client: Client, service: Service) -> None:
    assert client.get(f"{CALENDAR}hold/").status_code == 405
    foreign = client.post(f"{CALENDAR}hold/", {}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_a_hold_of_another_business_is_no_hold(
    client: Client, service: Service, clock: time_machine.Traveller
) -> None:
    rival = ServiceFactory.create(business=BusinessFactory.create(slug="rival"), slug="haircut")
    hold = asked(press_first(client))["hold"]
    page = client.get(f"/book/rival/{rival.slug}/", {"date": "2027-03-02", "hold": hold})
    assert hold not in page.content.decode()


def test_how_long_and_for_how_many_travel_along(
    client: Client, service: Service, clock: time_machine.Traveller
) -> None:
    Service.objects.update(other_durations_minutes=[90], capacity=4, price_amount=3000)
    address = press_first(client, duration="90", spots="3")
    page = client.get(address)
    assert "90 minutes For 3 people Price €90.00" in text_of(page)
    clock.shift(timedelta(seconds=5))
    own = client.get(client.post(FORM, fields_of(page) | EVA).headers["Location"])
    booking = Booking.objects.get()
    assert (booking.spots, booking.duration_minutes, booking.price_amount) == (3, 90, 9000)
    assert "For 3 people" in text_of(own)
    again = client.get(CALENDAR, {"date": "2027-03-02", "duration": "90", "spots": "1"})
    assert "1 left" in text_of(again)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"duration": "61"}, "This service does not last so long"),
        ({"duration": "many"}, "This service does not last so long"),
        ({"spots": "0"}, "So many cannot come together"),
        ({"spots": "99999999999"}, "So many cannot come together"),
    ],
)
def test_lengths_and_numbers_that_cannot_be(
    client: Client, service: Service, query: dict[str, str], problem: str
) -> None:
    page = client.get(CALENDAR, query)
    assert (page.status_code, problem in text_of(page)) == (400, True)


def test_a_class_shows_its_places_and_who_gives_it(
    client: Client, service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    Service.objects.update(starts="planned", capacity=6)
    service.refresh_from_db()
    june = ProviderFactory.create(business=service.business, name="June")
    PlannedSessionFactory.create(service=service, starts_at=at(8), capacity=2)
    second = PlannedSessionFactory.create(service=service, starts_at=at(8), provider=june)
    booked(at(8), email="one@example.com", spots=2)
    page = client.get(CALENDAR, {"date": "2027-03-02"})
    assert "with June 6 of 6 left" in text_of(page)
    assert text_of(page).count("Full") == 1
    form = client.get(press(client, page, 1).headers["Location"])
    assert "With June" in text_of(form)
    clock.shift(timedelta(seconds=5))
    client.post(FORM, fields_of(form) | EVA)
    assert Booking.objects.get(client_email="eva@example.com").session == second


def test_a_class_that_is_gone_is_said_to_be_gone(
    client: Client, service: Service, booked: Book
) -> None:
    Service.objects.update(starts="planned", capacity=6)
    service.refresh_from_db()
    session = PlannedSessionFactory.create(service=service, starts_at=at(8))
    address = press_first(client)
    Hold.objects.all().delete()
    session.delete()
    page = client.get(address)
    assert (page.status_code, "does not take place any more" in text_of(page)) == (400, True)


def test_the_page_says_when_a_request_keeps_no_time(client: Client, service: Service) -> None:
    Service.objects.update(requires_approval=True, pending_blocks=False)
    page = client.get(press_first(client))
    assert "until then others can ask for the same time" in text_of(page)


def test_nothing_is_said_of_a_hold_that_is_over(
    client: Client, service: Service, clock: time_machine.Traveller
) -> None:
    address = press_first(client)
    clock.move_to(NOW + timedelta(minutes=5))
    assert "kept for you" not in text_of(client.get(address))


def test_parties_follow_the_largest_class_to_come(client: Client, service: Service) -> None:
    Service.objects.update(starts="planned", capacity=1)
    service.refresh_from_db()
    PlannedSessionFactory.create(service=service, starts_at=at(8), capacity=4)
    page = text_of(client.get(CALENDAR))
    assert "For how many 1 person 2 people 3 people 4 people Time zone" in page
