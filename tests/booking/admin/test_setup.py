import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Business, Membership, User
from booking.models import Service, WeeklyHours
from booking.operations import create_business
from tests.booking.web.test_pages import text_of
from tests.factories import MembershipFactory, UserFactory

SETUP = "/admin/setup/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def answers() -> dict[str, Any]:
    return {
        "owner_name": "Nora Nord",
        "email": "nora@example.com",
        "password": "correct horse battery",
        "name": "Studio Nord",
        "timezone": "Europe/Vienna",
        "locale": "de-AT",
        "currency": "EUR",
        "days": ["1", "5"],
        "opens": "10:00",
        "closes": "18:30",
        "service": "training",
        "price": "45.50",
    }


def test_where_there_is_nobody_yet_the_admin_leads_to_the_setup(client: Client) -> None:
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == SETUP
    assert "Set up Openslot" in text_of(page)


def test_the_answers_make_a_business_that_can_be_booked(
    client: Client, answers: dict[str, Any]
) -> None:
    done = client.post(SETUP, answers, follow=True)
    assert done.redirect_chain == [("/admin/", 302)]
    assert "http://testserver/book/studio-nord/" in text_of(done)
    owner = Membership.objects.get().user
    assert (owner.name, owner.is_superuser, owner.check_password(answers["password"])) == (
        "Nora Nord",
        True,
        True,
    )
    service = Service.objects.get()
    assert (service.name, service.slug, service.duration_minutes, service.price_amount) == (
        "Training",
        "training",
        60,
        4550,
    )
    assert service.providers.get().name == "Nora Nord"
    hours = WeeklyHours.objects.values_list("weekday", "start__hour", "end__hour", "end__minute")
    assert sorted(hours) == [(1, 10, 18, 30), (5, 10, 18, 30)]
    page = Client().get("/book/studio-nord/training/")
    assert (page.status_code, "10:00" in text_of(page)) == (200, True)


def test_the_setup_is_there_once(client: Client, answers: dict[str, Any]) -> None:
    client.post(SETUP, answers)
    for again in (Client().get(SETUP), Client().post(SETUP, answers | {"email": "b@example.com"})):
        assert (again.status_code, again.headers["Location"]) == (302, "/admin/")
    assert (User.objects.count(), Business.objects.count()) == (1, 1)
    assert "Log in" in text_of(Client().get("/admin/", follow=True))


def an_operator() -> None:
    UserFactory.create(is_superuser=True)


def an_owner_who_was_deactivated() -> None:
    MembershipFactory.create(user__is_active=False)


def a_business_without_a_password() -> None:
    create_business(name="Begun by a command", owner_email="nora@example.com")


@pytest.mark.parametrize(
    "make", [an_operator, an_owner_who_was_deactivated, a_business_without_a_password]
)
def test_whatever_is_there_already_is_given_to_nobody(
    client: Client, answers: dict[str, Any], make: Callable[[], None]
) -> None:
    make()
    before = list(User.objects.values())
    for answer in (client.get(SETUP), client.post(SETUP, answers)):
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    assert list(User.objects.values()) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "short"}, "This password is too short."),
        ({"password": "nora@example.com"}, "The password is too similar to the e-mail."),
        ({"email": "nora"}, "Enter a valid email address."),
        ({"owner_name": "https://x.example"}, "name"),
        ({"name": ""}, "Name of the business — Please fill this in."),
        ({"days": []}, "Choose at least one day."),
        ({"timezone": "Berlin"}, "This is not a time zone we know"),
        ({"currency": "XYZ"}, "This is not an ISO 4217 currency code."),
        ({"currency": "JPY"}, "JPY has no such small coins."),
        ({"price": "99999999"}, "This is more than any service costs."),
        ({"opens": "09:00:30"}, "Use whole minutes."),
        ({"price": "-1"}, "Price — A price is never below zero."),
        ({"price": "much"}, "Price — Write the price as a number, such as 45.50."),
        ({"closes": "10:00"}, "Until — Choose a time later than it opens."),
        ({"closes": "09:00"}, "Hours past midnight can be set in the admin afterwards."),
        ({"timezone": ""}, "Time zone — Please choose one."),
        ({"days": ["9"]}, "Open on — Please choose from what is listed."),
        ({"service": "own"}, "What is it called? — Please fill this in."),
        (
            {"service": "own", "service_name": "Course", "duration_minutes": "1"},
            "At least 5 minutes.",
        ),
        ({"service": "own", "service_name": "Course", "duration_minutes": "-5"}, "At least 5"),
        ({"service": "massage"}, "Please choose from what is listed."),
        ({"opens": "25:00"}, "Enter a valid time."),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_lost(
    client: Client, answers: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    page = client.post(SETUP, answers | change)
    assert page.status_code == 400
    assert said in text_of(page)
    assert answers["owner_name"] in page.content.decode() or "owner_name" in change
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"service": "own", "service_name": "Course", "duration_minutes": "-5"}, "At least 5"),
        ({"price": "-1"}, "A price is never below zero."),
        ({"closes": "09:00"}, "Choose a time later than it opens."),
        ({"password": ""}, "Please fill this in."),
    ],
)
def test_each_error_is_said_once_at_its_field(
    client: Client, answers: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    page = text_of(client.post(SETUP, answers | change))
    # Above the form with a link to it, and at the field.
    assert page.count(said) == 2


@pytest.mark.parametrize(
    ("given", "shown"),
    [("Berlin", ("Berlin", "Berlin")), ("", ("", "Choose one"))],
)
def test_a_refused_zone_stays_chosen_and_nothing_else_is(
    client: Client, answers: dict[str, Any], given: str, shown: tuple[str, str]
) -> None:
    html = client.post(SETUP, answers | {"timezone": given}).content.decode()
    select = html.split('name="timezone"', 1)[1].split("</select>", 1)[0]
    assert re.findall(r'<option value="([^"]*)" selected>\s*([^<]*?)\s*<', select) == [shown]


def test_a_business_can_be_open_until_midnight(client: Client, answers: dict[str, Any]) -> None:
    client.post(SETUP, answers | {"closes": "00:00"})
    assert [str(hours) for hours in WeeklyHours.objects.all()] == [
        "Tuesday 10:00–00:00",
        "Saturday 10:00–00:00",
    ]


def test_something_of_ones_own_is_the_first_choice(client: Client, answers: dict[str, Any]) -> None:
    html = client.get(SETUP).content.decode()
    select = html.split('name="service"', 1)[1].split("</select>", 1)[0]
    assert re.findall(r'<option value="([^"]*)"', select) == [
        "own",
        "consultation",
        "demo",
        "support",
        "training",
    ]
    client.post(SETUP, answers | {"service": "own", "service_name": "Cut", "duration_minutes": 45})
    assert [(made.name, made.duration_minutes) for made in Service.objects.all()] == [("Cut", 45)]


def test_a_setup_sent_again_from_another_tab_leads_on(answers: dict[str, Any]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get(SETUP)
    late = strict.post(SETUP, answers | {"csrfmiddlewaretoken": "x" * 64})
    assert late.status_code == 403
    assert '<a class="button" href="/admin/">Open the start page</a>' in late.content.decode()


def test_language_and_currency_are_guessed_from_the_browser(client: Client) -> None:
    html = client.get(SETUP, headers={"Accept-Language": "en-US,en;q=0.9"}).content.decode()
    for value in ("en-US", "USD"):
        assert f'<option value="{value}" selected>' in html


@pytest.mark.parametrize("wanted", ["", "*", "xx-YY", "de-", "\x01"])
def test_an_unknown_language_is_no_hindrance(client: Client, wanted: str) -> None:
    page = client.get(SETUP, headers={"Accept-Language": wanted})
    assert page.status_code == 200
    assert '<option value="EUR" selected>' in page.content.decode()


def test_a_currency_of_large_numbers_is_no_hindrance(
    client: Client, answers: dict[str, Any]
) -> None:
    client.post(SETUP, answers | {"currency": "VND", "price": "1500000"})
    assert Service.objects.get().price_amount == 1_500_000


def test_the_start_page_of_an_untouched_installation_leads_to_the_setup(client: Client) -> None:
    assert client.get("/").headers["Location"] == SETUP
    a_business_without_a_password()
    assert client.get("/").headers["Location"] == "/book/begun-by-a-command/"
