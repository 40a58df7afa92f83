"""No-shows and what follows from them, as clients and staff meet it."""

import uuid
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.models import Business, Role, User
from booking.lifecycle import Status
from booking.models import Booking, BookingSettings, Service
from booking.models.settings import REACHABLE_NEEDED, NoShowAction
from booking.web import form_token
from notifications import messages, outbox
from tests.booking.admin.test_stranding import fields_of
from tests.booking.no_shows import REFUSAL, follow, miss_two
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at, member

START = "2027-03-04T08:00:00Z"
WARNING = "Eva Klein has 2 no-shows in the last 12 months."


@pytest.fixture
def missed(booked: Book, clock: time_machine.Traveller) -> datetime:
    return miss_two(booked, clock)


@pytest.fixture
def typed(missed: datetime, service: Service) -> dict[str, str]:
    """The page's form with Eva's address, as a browser sends it."""
    return {
        "form_token": form_token.issue(service.business_id),
        "start": START,
        "tz": "Europe/Berlin",
        "name": "Somebody Else",
        "email": "eva@example.com",
        "phone": "",
        "notes": "I bring a dog.",
    }


def send(client: Client, typed: dict[str, str]) -> Any:
    return client.post("/book/salon-mara/haircut/confirm/", typed)


def order(service: Service) -> dict[str, str]:
    return {
        "service": service.slug,
        "start": START,
        "client_name": "Somebody Else",
        "client_email": "eva@example.com",
    }


def ask(client: Client, service: Service) -> Any:
    address = "/api/v1/businesses/salon-mara/bookings/"
    return client.post(address, order(service), content_type="application/json")


def mails() -> dict[str, str]:
    """The texts of all that is due, by recipient."""
    mail.outbox.clear()
    outbox.handle_events()
    messages.send_due()
    return {sent.to[0]: " ".join(str(sent.body).split()) for sent in mail.outbox}


def test_the_page_refuses_kindly_and_keeps_what_was_typed(
    client: Client, business: Business, typed: dict[str, str]
) -> None:
    follow(business, NoShowAction.REFUSE)
    answer = send(client, typed)
    assert (answer.status_code, REFUSAL in text_of(answer)) == (422, True)
    html = answer.content.decode()
    assert 'value="Somebody Else"' in html
    assert "I bring a dog." in html
    again = send(client, typed | {"email": "other@example.com"})
    assert again.status_code == 303


def test_the_api_refuses_in_the_same_words(
    client: Client, business: Business, service: Service, missed: datetime
) -> None:
    follow(business, NoShowAction.REFUSE)
    answer = ask(client, service)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["detail"]) == (
        422,
        "policy_violation",
        REFUSAL,
    )


@pytest.mark.parametrize("action", NoShowAction)
def test_a_stranger_learns_nothing_of_the_no_shows(
    client: Client,
    business: Business,
    service: Service,
    typed: dict[str, str],
    action: NoShowAction,
) -> None:
    follow(business, action)
    answers = [send(client, typed), ask(client, service)]
    if address := answers[0].headers.get("Location"):
        answers.append(client.get(address))
    said = [answer.content.decode().lower() for answer in answers]
    said += [text.lower() for recipient, text in mails().items() if recipient == "eva@example.com"]
    words = ("no-show", "no_show", "noshow", "missed", "did not come")
    assert [word for word in words for text in said if word in text] == []


def test_the_page_shows_a_request_where_staff_want_to_approve(
    client: Client, business: Business, typed: dict[str, str]
) -> None:
    follow(business, NoShowAction.APPROVE)
    page = client.get(send(client, typed).headers["Location"])
    assert "Your request" in text_of(page)
    assert Booking.objects.get(starts_at=at(8, day=4)).status == Status.PENDING


def test_the_api_answers_with_a_request_where_staff_want_to_approve(
    client: Client, business: Business, service: Service, missed: datetime
) -> None:
    follow(business, NoShowAction.APPROVE)
    answer = ask(client, service)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")


@pytest.mark.parametrize("action", NoShowAction)
def test_the_desk_books_for_a_caller(
    client: Client,
    staff: User,
    business: Business,
    service: Service,
    missed: datetime,
    action: NoShowAction,
) -> None:
    follow(business, action)
    client.force_login(staff)
    caller = {
        "book": "1",
        "name": "Eva Klein",
        "email": "eva@example.com",
        "source": "phone",
        "key": str(uuid.uuid4()),
    }
    page = client.post(f"/admin/bookings/new/?service={service.pk}&start={START}", caller)
    assert page.status_code == 302
    assert Booking.objects.get(starts_at=at(8, day=4)).status == Status.CONFIRMED


@pytest.mark.parametrize(
    ("action", "limit", "is_warned"),
    [
        (NoShowAction.WARN, 2, True),
        (NoShowAction.APPROVE, 2, True),
        (NoShowAction.WARN, 3, False),
        (NoShowAction.WARN, 0, False),
    ],
)
def test_the_letter_and_the_page_warn_staff(
    client: Client,
    owner: User,
    business: Business,
    missed: datetime,
    booked: Book,
    action: NoShowAction,
    limit: int,
    is_warned: bool,
) -> None:
    mails()
    follow(business, action, limit=limit)
    booking = booked(at(8, day=4))
    assert (f"Please note: {WARNING}" in mails()[owner.email]) is is_warned
    client.force_login(owner)
    page = client.get(f"/admin/bookings/{booking.reference}/decide/")
    assert (WARNING in text_of(page)) is is_warned


def change(client: Client, business: Business, **fields: object) -> Any:
    address = f"/admin/booking/bookingsettings/{business.settings.pk}/change/"
    return client.post(address, fields_of(client.get(address), **fields))


def test_the_owner_sets_what_follows(client: Client, owner: User, business: Business) -> None:
    client.force_login(owner)
    given = {"no_show_limit": 3, "no_show_months": 6, "no_show_action": "approve"}
    assert change(client, business, **given).status_code == 302
    own = BookingSettings.objects.get(business=business)
    assert (own.no_show_limit, own.no_show_months, own.no_show_action) == (3, 6, "approve")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("no_show_limit", -1),
        ("no_show_limit", 101),
        ("no_show_limit", ""),
        ("no_show_months", 0),
        ("no_show_months", 61),
        ("no_show_action", "ban"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    client: Client, owner: User, business: Business, field: str, value: object
) -> None:
    client.force_login(owner)
    answer = change(client, business, **{field: value})
    assert list(answer.context["adminform"].form.errors) == [field]


def test_refusing_needs_a_business_that_can_be_reached(
    client: Client, owner: User, business: Business
) -> None:
    business.phone = business.email = ""
    business.save()
    client.force_login(owner)
    given = {"no_show_limit": 2, "no_show_action": "refuse"}
    errors = change(client, business, **given).context["adminform"].form.errors
    assert errors == {"no_show_action": [REACHABLE_NEEDED]}


def test_staff_do_not_change_what_follows(client: Client, business: Business, staff: User) -> None:
    client.force_login(staff)
    address = f"/admin/booking/bookingsettings/{business.settings.pk}/change/"
    assert client.post(address, {"no_show_limit": 3}).status_code == 403
    client.force_login(member(business, Role.MANAGER))
    assert change(client, business, no_show_limit=3).status_code == 302
