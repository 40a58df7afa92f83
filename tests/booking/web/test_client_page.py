import json
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role, User
from booking import client_links
from booking.lifecycle import Status
from booking.links import manage_token, prove_token
from booking.models import ActorKind, Booking, Service, Source
from booking.models import Client as BusinessClient
from booking.operations import Actor, approve_booking, cancel_booking
from config.core.logs import HideTokens
from tests.booking.clients import EVA, page_of, rows_of_everything, visit
from tests.booking.test_mail import body, dispatch, subject
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at, member
from tests.factories import QuestionFactory, ServiceFactory

PATHS = ("", "data.json", "erase/")


@pytest.fixture
def eva(booked: Book) -> BusinessClient:
    """A client with one visit behind her and one before her."""
    visit(booked)
    return booked(at(8)).client


def test_the_page_has_every_visit_with_this_business_alone(
    client: Client, eva: BusinessClient, booked: Book
) -> None:
    elsewhere = booked(at(9), service=ServiceFactory.create(name="Massage"))
    somebody = booked(at(10), name="Sam Other", email="sam@example.com")
    abroad = booked(at(11), timezone="Asia/Tokyo")
    shown = client.get(page_of(eva))
    text, html = text_of(shown), shown.content.decode()
    coming = Booking.objects.filter(client=eva).upcoming(at(6, day=1))
    assert [f"/booking/{manage_token(booking)}/" in html for booking in coming] == [True, True]
    assert "Tuesday, 2 March 2027, 09:00" in text
    assert "20:00 for you (Tokyo)" in text
    assert "Over Haircut Monday, 22 February 2027" in text
    assert abroad.reference in text
    for hidden in (elsewhere.reference, "Massage", somebody.reference, "Sam Other"):
        assert hidden not in text


def test_past_visits_come_in_pages(client: Client, booked: Book) -> None:
    made = [visit(booked, days_ago=10 + number) for number in range(23)]
    page = page_of(made[0].client)
    first, second = (text_of(client.get(f"{page}?page={number}")) for number in (1, 2))
    assert [booking.reference in first for booking in made] == [True] * 20 + [False] * 3
    assert [booking.reference in second for booking in made] == [False] * 20 + [True] * 3
    assert "Page 1 of 2" in first
    for odd in ("x", "0", "99", "%00"):
        assert client.get(f"{page}?page={odd}").status_code in {200, 400}


@pytest.mark.parametrize("visits", [1, 3])
def test_more_visits_ask_no_more_of_the_database(
    client: Client, booked: Book, django_assert_num_queries: Any, visits: int
) -> None:
    for number in range(visits):
        visit(booked, days_ago=10 + number)
        person = booked(at(8 + number)).client
    page = page_of(person)
    with django_assert_num_queries(4):
        client.get(page)
    with django_assert_num_queries(3):
        client.get(f"{page}data.json")


def test_the_list_does_not_say_who_came(client: Client, booked: Book) -> None:
    """As the page of each booking; and what was cancelled is no visit to come."""
    for number, status in enumerate((Status.COMPLETED, Status.NO_SHOW, Status.CONFIRMED)):
        person = visit(booked, days_ago=3 + number, status=status).client
    cancel_booking(
        booking=booked(at(8)), reason="", actor=Actor(kind=ActorKind.CLIENT, source=Source.WEB)
    )
    shown = client.get(page_of(person)).content.decode()
    assert re.findall(r'data-status="(.+?)">(.+?)<', shown) == [
        ("cancelled", "Cancelled"),
        *[("completed", "Over")] * 3,
    ]


def test_nobody_else_may_keep_or_find_it(client: Client, eva: BusinessClient) -> None:
    for path in PATHS:
        answer = client.get(page_of(eva) + path)
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
    shown = client.get(page_of(eva))
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in shown.content.decode()
    assert shown.cookies == {}


def test_its_token_stays_out_of_the_log(eva: BusinessClient) -> None:
    for purpose in (client_links.PAGE, client_links.KNOWN):
        token = client_links.token_of(eva, purpose)
        line = f'"GET /client/{token}/ HTTP/1.1" "/book/salon-mara/?known={token}&x=1"'
        record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (line,), None)
        assert HideTokens().filter(record)
        assert token.rpartition(".")[2] not in record.getMessage()
        assert eva.public_id.hex not in record.getMessage()


def test_other_tokens_open_nothing(client: Client, eva: BusinessClient) -> None:
    """Tampered, of another purpose, of another client, of an address that was hers before."""
    booking = Booking.objects.filter(client=eva).latest("starts_at")
    token = client_links.token_of(eva, client_links.PAGE)
    public_id, ends_at, signature = token.split(".")
    other = BusinessClient.objects.create(business=eva.business, name="Sam", email="s@example.com")
    wrong = [
        client_links.token_of(eva, client_links.KNOWN),
        manage_token(booking),
        prove_token(booking),
        f"{public_id}.{int(ends_at) + 1}.{signature}",
        f"{other.public_id.hex}.{ends_at}.{signature}",
        *(
            token[:-1],
            f"{public_id}.{signature}",
            public_id,
            f"{eva.public_id}.{ends_at}.{signature}",
        ),
        "x",
    ]
    answers = [client.get(f"/client/{text}/{path}") for text in wrong for path in PATHS]
    answers += [client.post(f"/client/{text}/erase/") for text in wrong]
    assert {answer.status_code for answer in answers} == {404}
    own = [client.get(f"/booking/{token}/{path}") for path in ("", "cancel/", "it-is-me/")]
    assert [answer.status_code for answer in own] == [404, 404, 404]
    eva.email = "new@example.com"
    eva.save()
    assert client.get(f"/client/{token}/").status_code == 404
    eva.refresh_from_db()
    assert eva.erase_requested_at is None


def test_looking_changes_nothing(client: Client, eva: BusinessClient) -> None:
    before = rows_of_everything()
    page = page_of(eva)
    for path in PATHS:
        for _ in range(20):
            assert client.get(page + path).status_code == 200
            assert client.head(page + path).status_code == 200
            assert client.options(page + path).status_code == 405
    for path in PATHS[:2]:
        assert client.post(page + path).status_code == 405
    assert rows_of_everything() == before


def test_the_file_is_all_that_is_kept_but_for_what_staff_note(
    client: Client, booked: Book, service: Service, owner: User
) -> None:
    QuestionFactory.create(service=service, key="topic", label="What is it about?")
    service.requires_approval = True
    service.save()
    answers = [{"key": "topic", "label": "What is it about?", "value": "A wedding"}]
    booking = booked(at(8), phone="+4930901820", notes="I bring a dog.", answers=answers)
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    approve_booking(booking=booking, actor=by_owner, said={"remark": "a secret"})
    cancel_booking(booking=booking, reason="Mara is ill.", actor=by_owner)
    BusinessClient.objects.update(notes="Never on time.")
    person = BusinessClient.objects.get()
    answer = client.get(f"{page_of(person)}data.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="salon-mara-my-data.json"'
    )
    text = answer.content.decode()
    for hidden in ("Never on time", "a secret", owner.email, owner.name):
        assert hidden not in text
    assert json.loads(text) == {
        "business": "Salon Mara",
        "written_at": "2027-03-01T06:00:00+00:00",
        "client": {
            "name": "Eva Klein",
            "email": EVA,
            "phone": "+4930901820",
            "known_since": "2027-03-01T06:00:00+00:00",
            "asked_for_erasure_at": None,
        },
        "bookings": [
            {
                "reference": booking.reference,
                "service": "Haircut",
                "provider": booking.provider.name,
                "start": "2027-03-02T08:00:00+00:00",
                "end": "2027-03-02T09:00:00+00:00",
                "timezone": "Europe/Berlin",
                "status": "cancelled",
                "people": 1,
                "location": "Bergmannstr. 12, Berlin",
                "price": {"amount": 0, "currency": "EUR"},
                "name": "Eva Klein",
                "email": EVA,
                "phone": "+4930901820",
                "notes": "I bring a dog.",
                "answers": answers,
                "rejection_reason": "",
                "cancellation_reason": "Mara is ill.",
                "booked_at": "2027-03-01T06:00:00+00:00",
                "booked_through": "Booking page",
                "history": [
                    {"at": "2027-03-01T06:00:00+00:00", "what": what, "by": who}
                    for what, who in (
                        ("requested", "you"),
                        ("approved", "the business"),
                        ("cancelled", "the business"),
                    )
                ],
            }
        ],
    }


def test_the_wish_to_be_erased_is_noted_and_told_once(
    client: Client, eva: BusinessClient, owner: User, clock: Any
) -> None:
    dispatch()
    page = page_of(eva)
    for _ in range(2):
        answer = client.post(f"{page}erase/")
        assert (answer.status_code, answer.headers["Location"]) == (303, page)
        clock.shift(timedelta(minutes=1))
    eva.refresh_from_db()
    assert eva.erase_requested_at == at(6, day=1)
    sent = dispatch()
    assert set(sent) == {owner.email}
    assert subject(sent[owner.email]) == "Eva Klein asks you to erase their data"
    text = body(sent[owner.email])
    assert f"/admin/booking/client/{eva.pk}/change/" in text
    assert "Monday, 1 March 2027, 07:00 (Berlin)" in text
    assert "You have asked Salon Mara to erase your data." in text_of(client.get(page))
    assert "You have asked already" in text_of(client.get(f"{page}erase/"))
    assert Booking.objects.filter(client=eva, status=Status.CONFIRMED).count() == 2


def test_a_wish_that_is_settled_is_told_no_more(
    client: Client, eva: BusinessClient, owner: User
) -> None:
    client.post(f"{page_of(eva)}erase/")
    BusinessClient.objects.update(erase_requested_at=None)
    assert owner.email not in {to for to, sent in dispatch().items() if "erase" in subject(sent)}


def test_who_may_only_read_sees_the_wish_and_cannot_settle_it(
    client: Client, eva: BusinessClient
) -> None:
    client.post(f"{page_of(eva)}erase/")
    client.force_login(member(eva.business, Role.READ_ONLY))
    address = f"/admin/booking/client/{eva.pk}/change/"
    shown = client.get(address)
    assert "Monday, 1 March 2027, 07:00 (Berlin)" in text_of(shown)
    assert "is_erasure_settled" not in shown.content.decode()
    assert client.post(address, {"is_erasure_settled": "on"}).status_code == 403
    eva.refresh_from_db()
    assert eva.erase_requested_at == at(6, day=1)


def test_staff_find_the_wishes_that_are_open(
    client: Client, eva: BusinessClient, booked: Book, owner: User
) -> None:
    booked(at(10), name="Sam Other", email="sam@example.com")
    client.post(f"{page_of(eva)}erase/")
    client.force_login(owner)
    everybody, open_wishes = (
        re.findall(r"Eva Klein|Sam Other", text_of(client.get(f"/admin/booking/client/{query}")))
        for query in ("", "?erasure=open")
    )
    assert (everybody, open_wishes) == (["Eva Klein", "Sam Other"], ["Eva Klein"])


def test_links_outlive_a_new_key_as_long_as_the_old_one_is_named(
    client: Client, eva: BusinessClient, settings: Any
) -> None:
    page = page_of(eva)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough to sign with it " * 2
    assert client.get(page).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(page).status_code == 404


def test_another_site_cannot_ask_for_it(client: Client, eva: BusinessClient) -> None:
    answer = client.post(f"{page_of(eva)}erase/", headers={"Origin": "https://evil.example"})
    eva.refresh_from_db()
    assert (answer.status_code, eva.erase_requested_at) == (403, None)


def test_staff_see_the_wish_and_settle_it(client: Client, eva: BusinessClient, owner: User) -> None:
    client.force_login(owner)
    address = f"/admin/booking/client/{eva.pk}/change/"
    wish = "Asks to have their data erased"
    assert wish not in text_of(client.get(address))
    client.post(f"{page_of(eva)}erase/")
    assert wish in text_of(client.get(address))
    assert "Monday, 1 March 2027, 07:00" in text_of(client.get("/admin/booking/client/"))
    form = {"business": eva.business_id, "name": eva.name, "email": eva.email, "notes": "Kept."}
    assert client.post(address, form).status_code == 302
    eva.refresh_from_db()
    assert (eva.notes, eva.erase_requested_at) == ("Kept.", at(6, day=1))
    client.post(address, form | {"is_erasure_settled": "on"})
    eva.refresh_from_db()
    assert eva.erase_requested_at is None
    assert wish not in text_of(client.get(address))
