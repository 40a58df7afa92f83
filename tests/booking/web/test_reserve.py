import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Business
from booking.models import Booking, Service
from booking.web import form_token
from booking.web.errors import STATUS
from config.core.errors import DomainError
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at
from tests.factories import ProviderFactory, QuestionFactory

FORM = "/book/salon-mara/haircut/confirm/"
START = "2027-03-02T08:00:00Z"
NOT_OFFERED = "It is outside the opening hours or not a time we offer."


@pytest.fixture
def filled(service: Service) -> dict[str, str]:
    """The form as a browser sends it."""
    return {
        "form_token": form_token.issue(service.business_id),
        "start": START,
        "tz": "Europe/Berlin",
        "name": "Eva Klein",
        "email": "eva@example.com",
        "phone": "",
        "notes": "",
    }


def test_the_form_books_and_leads_to_the_bookings_own_page(
    client: Client, filled: dict[str, str]
) -> None:
    answer = client.post(FORM, filled)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert (page.status_code, "You are booked" in text_of(page)) == (200, True)
    booking = Booking.objects.get()
    assert (booking.client_email, booking.starts_at, booking.timezone) == (
        "eva@example.com",
        at(8),
        "Europe/Berlin",
    )
    assert booking.reference in text_of(page)
    assert "noindex" in page.content.decode()


@pytest.mark.parametrize(
    ("timezone", "until"),
    [
        ("Asia/Tokyo", "Free cancellation until Tuesday, 2 March 2027, 08:00 (Berlin)."),
        ("Europe/Paris", "Free cancellation until Tuesday, 2 March 2027, 08:00."),
    ],
)
def test_the_deadline_says_on_whose_clock_where_they_differ(
    client: Client, business: Business, filled: dict[str, str], timezone: str, until: str
) -> None:
    business.settings.cancellation_notice_minutes = 60
    business.settings.save()
    assert until in text_of(client.get(FORM, {"start": START, "tz": timezone}))
    made = client.post(FORM, filled | {"tz": timezone})
    assert until in text_of(client.get(made.headers["Location"]))


def test_htmx_is_told_where_to_go(client: Client, filled: dict[str, str]) -> None:
    answer = client.post(FORM, filled, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/booking/")


def test_sending_twice_is_one_booking(client: Client, filled: dict[str, str]) -> None:
    answers = [client.post(FORM, filled) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Booking.objects.count() == 1


def test_the_same_form_with_other_contents_is_refused(
    client: Client, filled: dict[str, str]
) -> None:
    client.post(FORM, filled)
    answer = client.post(FORM, filled | {"start": "2027-03-02T09:00:00Z"})
    assert (answer.status_code, Booking.objects.count()) == (422, 1)
    assert "sent before, with other contents" in text_of(answer)


@pytest.mark.parametrize("htmx", [False, True])
def test_the_loser_keeps_the_form_and_sees_the_nearest_times(
    client: Client, filled: dict[str, str], booked: Book, htmx: bool
) -> None:
    booked(at(8), email="quicker@example.com")
    headers = {"HX-Request": "true"} if htmx else {}
    answer = client.post(FORM, filled | {"notes": "I bring a dog."}, headers=headers)
    assert answer.status_code == 409
    assert "This time has just been taken." in text_of(answer)
    html = answer.content.decode()
    assert ("<html" in html) is not htmx
    assert 'value="Eva Klein"' in html
    assert "I bring a dog." in html
    offered = re.findall(r'type="radio"[^>]*value="([^"]+)"', html)
    assert offered[0] == "2027-03-02T09:00:00Z"
    token = re.search(r'name="form_token" value="([^"]+)"', html)
    assert token
    again = client.post(FORM, filled | {"form_token": token[1], "start": offered[0]})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        pytest.param("2027-03-02T08:01:00Z", NOT_OFFERED, id="on no grid"),
        pytest.param("2027-02-02T08:00:00Z", "It has passed, or is too soon.", id="in the past"),
        pytest.param("2027-03-06T08:00:00Z", NOT_OFFERED, id="closed"),
        pytest.param("2028-03-02T08:00:00Z", "It is too far ahead.", id="beyond the horizon"),
    ],
)
def test_a_start_that_is_not_offered_is_refused(
    client: Client, filled: dict[str, str], start: str, reason: str
) -> None:
    answer = client.post(FORM, filled | {"start": start})
    assert (answer.status_code, Booking.objects.count()) == (422, 0)
    assert f"This time cannot be booked. {reason}" in text_of(answer)
    assert 'value="Eva Klein"' in answer.content.decode()
    opened = client.get(FORM, {"start": start})
    assert opened.status_code == 422
    assert f"This time cannot be booked. {reason}" in text_of(opened)


@pytest.mark.parametrize(
    "start",
    [
        "2027-03-02T07:00:00-01:00:00.500000",
        "2027-03-02T08:00:30Z",
        "",
        "tomorrow",
        "2027-03-02T08:00:00",
        "9999-12-31T23:59:59Z",
        "1e400",
        "\0",
    ],
)
def test_a_start_that_cannot_be_read_is_asked_for_again(
    client: Client, filled: dict[str, str], start: str
) -> None:
    answer = client.post(FORM, filled | {"start": start})
    assert (answer.status_code, Booking.objects.count()) == (400, 0)
    assert "Please choose a time." in text_of(answer)


BAD = [
    ({"name": ""}, "name", "Please fill this in."),
    ({"name": "x" * 10_000}, "name", "at most 100 characters"),
    ({"name": "Eva\x00Klein"}, "name", "Null characters are not allowed."),
    ({"name": "Eva\nBcc: x@example.com"}, "name", "on one line"),
    ({"name": "Eva\u2028Klein"}, "name", "control characters"),
    ({"name": "\u202eEva"}, "name", "control characters"),
    ({"name": "\u200b"}, "name", "can be read"),
    ({"name": "Win at http://evil.example"}, "name", "web address"),
    ({"email": "", "phone": ""}, "email", "e-mail address or a phone number"),
    ({"email": "eva"}, "email", "valid email address"),
    ({"email": "eva@example.com\r\nBcc: x@example.com"}, "email", "valid email address"),
    ({"phone": "12"}, "phone", "does not look like a phone number"),
    ({"phone": "call me"}, "phone", "does not look like a phone number"),
    ({"phone": "9" * 10_000}, "phone", "at most 40 characters"),
    ({"notes": "x" * 10_000}, "notes", "at most 2000 characters"),
    ({"notes": "a\x00b"}, "notes", "Null characters are not allowed."),
]


@pytest.mark.parametrize(("bad", "field", "said"), BAD)
def test_bad_input_is_said_at_its_field_and_the_rest_is_kept(
    client: Client, filled: dict[str, str], bad: dict[str, str], field: str, said: str
) -> None:
    answer = client.post(FORM, filled | bad)
    assert (answer.status_code, Booking.objects.count()) == (400, 0)
    assert set(answer.context["form"].errors) == {field}
    assert said in text_of(answer)
    if "name" not in bad:
        assert 'value="Eva Klein"' in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    ["\u0639\u0644\u064a \u062d\u0633\u0646", "Eva \U0001f469\u200d\U0001f4bb", "O'Neil-Łuk"],
)
def test_names_of_all_kinds_are_welcome(client: Client, filled: dict[str, str], name: str) -> None:
    assert client.post(FORM, filled | {"name": name}).status_code == 303
    assert Booking.objects.get().client_name == name


@pytest.mark.parametrize("phone", ["030 901820", "+49 30 901820", "0049 30 901820"])
def test_a_phone_number_is_kept_in_e164(client: Client, filled: dict[str, str], phone: str) -> None:
    assert client.post(FORM, filled | {"email": "", "phone": phone}).status_code == 303
    assert Booking.objects.get().client_phone == "+4930901820"


def test_a_foreign_provider_is_refused_at_the_form(client: Client, filled: dict[str, str]) -> None:
    foreign = ProviderFactory.create()
    answer = client.post(FORM, filled | {"provider": str(foreign.public_id)})
    assert (answer.status_code, Booking.objects.count()) == (400, 0)
    assert "does not offer this service" in text_of(answer)


def test_questions_are_asked_and_answers_kept_with_their_labels(
    client: Client, filled: dict[str, str], service: Service
) -> None:
    for position, (key, kind, required) in enumerate(
        [
            ("topic", "choice", True),
            ("first", "yes_no", False),
            ("born", "date", False),
            ("story", "long_text", False),
            ("size", "number", False),
        ]
    ):
        QuestionFactory.create(
            service=service,
            key=key,
            label=f"Your {key}",
            type=kind,
            is_required=required,
            choices=["Cut", "Colour"] if kind == "choice" else [],
            position=position,
        )
    answer = client.post(FORM, filled)
    assert (answer.status_code, set(answer.context["form"].errors)) == (400, {"answer_topic"})
    answer = client.post(FORM, filled | {"answer_topic": "Perm"})
    assert set(answer.context["form"].errors) == {"answer_topic"}
    given = {"answer_topic": "Cut", "answer_first": "on", "answer_story": "Long\r\nago"}
    assert client.post(FORM, filled | given).status_code == 303
    service.questions.filter(key="topic").update(label="Renamed")
    assert Booking.objects.get().answers == [
        {"key": "topic", "label": "Your topic", "value": "Cut"},
        {"key": "first", "label": "Your first", "value": "Yes"},
        {"key": "story", "label": "Your story", "value": "Long\nago"},
    ]


@pytest.mark.parametrize("token", ["", "forged", "a.b.c"])
def test_a_form_without_our_token_is_not_taken(
    client: Client, filled: dict[str, str], token: str
) -> None:
    answer = client.post(FORM, filled | {"form_token": token})
    assert (answer.status_code, Booking.objects.count()) == (400, 0)
    assert 'value="Eva Klein"' in answer.content.decode()


def test_a_token_of_another_business_or_of_yesterday_is_not_taken(
    client: Client, filled: dict[str, str], service: Service, clock: Any
) -> None:
    foreign = form_token.issue(service.business_id + 1)
    assert client.post(FORM, filled | {"form_token": foreign}).status_code == 400
    clock.shift(form_token.MAX_AGE_SECONDS + 1)
    assert client.post(FORM, filled).status_code == 400
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_form_of_another_site_is_refused(
    client: Client, filled: dict[str, str], headers: dict[str, str]
) -> None:
    answer = client.post(FORM, filled, headers=headers)
    assert (answer.status_code, Booking.objects.count()) == (403, 0)


def test_the_address_prefills_the_form(client: Client, service: Service) -> None:
    page = client.get(FORM, {"start": START, "name": "Eva", "email": "eva@example.com"})
    html = page.content.decode()
    assert (page.status_code, 'value="Eva"' in html, 'value="eva@example.com"' in html) == (
        200,
        True,
        True,
    )


def test_every_domain_error_has_its_status() -> None:
    assert set(STATUS) == set(DomainError.__subclasses__())


def test_a_price_that_has_changed_meanwhile_is_shown_before_it_counts(
    client: Client, filled: dict[str, str], service: Service
) -> None:
    html = client.get(FORM, {"start": START}).content.decode()
    terms = re.search(r'name="terms" value="([^"]+)"', html)
    assert terms
    Service.objects.update(price_amount=9900)
    answer = client.post(FORM, filled | {"terms": terms[1]})
    assert (answer.status_code, Booking.objects.count()) == (400, 0)
    assert "Duration or price have changed" in text_of(answer)
    assert "€99.00" in client.get(FORM, {"start": START}).content.decode()


def test_nobody_is_booked_in_the_place_of_a_provider_who_left(
    client: Client, filled: dict[str, str], service: Service
) -> None:
    chosen = service.providers.get()
    service.providers.add(ProviderFactory.create(business=service.business))
    service.providers.update(is_active=True)
    chosen.is_active = False
    chosen.save()
    form = filled | {"provider": str(chosen.public_id)}
    answer = client.post(FORM, form)
    assert answer.status_code == 400
    assert f'name="provider" value="{chosen.public_id}"' in answer.content.decode()
    assert not Booking.objects.exists()
