"""Coming back: from the client page through the booking pages, and by one click on the mail."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from booking import client_links
from booking.lifecycle import Status
from booking.links import manage_token, prove_token
from booking.models import Booking, HistoryEntry, Service
from booking.models import Client as BusinessClient
from booking.web import form_token
from tests.booking.clients import (
    EVA,
    let_return,
    links_in,
    page_of,
    rows_of_everything,
    visit,
)
from tests.booking.test_mail import body, dispatch
from tests.booking.web.test_pages import text_of
from tests.conftest import NOW, Book, at
from tests.factories import ServiceFactory

FORM = "/book/salon-mara/haircut/confirm/"
START = "2027-03-02T08:00:00Z"


@pytest.fixture
def eva(booked: Book, service: Service) -> BusinessClient:
    client = visit(booked).client
    let_return(service)
    dispatch()
    return client


def hidden(response: Any, name: str) -> list[str]:
    return re.findall(rf'name="{name}"\s+value="([^"]+)"', response.content.decode())


def send(client: Client, service: Service, **fields: str) -> Any:
    form = {
        "form_token": form_token.issue(service.business_id),
        "start": START,
        "tz": "Europe/Berlin",
        "name": "Eva Klein",
        "email": EVA,
    }
    return client.post(FORM, form | fields)


def test_from_the_client_page_to_the_booking_without_waiting(
    client: Client, eva: BusinessClient, service: Service
) -> None:
    """As a browser goes, which knows only what each page says."""
    [way] = re.findall(
        r'href="(/book/[^"]+known=[^"]+)"', client.get(page_of(eva)).content.decode()
    )
    [service_page] = re.findall(
        r'href="(/book/salon-mara/haircut/[^"]*)"', client.get(way).content.decode()
    )
    month = client.get(service_page)
    days = re.findall(r'href="(\?[^"]*date=2027-03-02[^"]*)"', month.content.decode())
    times = client.get("/book/salon-mara/haircut/" + days[0].replace("&amp;", "&"))
    assert hidden(times, "known") == hidden(times, "known")[:1] * 2
    held = client.post(
        "/book/salon-mara/haircut/hold/",
        {
            "form_token": hidden(times, "form_token")[0],
            "known": hidden(times, "known")[0],
            "tz": "Europe/Berlin",
            "chosen": START,
        },
    )
    form = client.get(held.headers["Location"])
    assert (
        "You have been here before: under the e-mail address that Salon Mara knows you by"
        in text_of(form)
    )
    given = {name: hidden(form, name)[0] for name in ("known", "hold", "form_token", "terms")}
    made = client.post(
        FORM,
        given | {"start": START, "tz": "Europe/Berlin", "name": "Eva Klein", "email": EVA},
    )
    assert "You are booked" in text_of(client.get(made.headers["Location"]))
    booking = Booking.objects.get(starts_at=at(8))
    assert (booking.status, booking.client) == (Status.CONFIRMED, eva)
    sent = dispatch()
    assert "You are booked" in body(sent[EVA])


def test_a_lost_time_and_a_longer_hold_keep_who_one_is(
    client: Client, eva: BusinessClient, booked: Book, service: Service
) -> None:
    known = client_links.token_of(eva, client_links.KNOWN)
    booked(at(8), email="sam@example.com")
    lost = send(client, service, known=known)
    assert (lost.status_code, hidden(lost, "known")) == (409, [known])
    asked = client.post(FORM, {"extend": "yes", "start": START, "tz": "UTC", "known": known})
    assert hidden(asked, "known") == [known]
    [back] = re.findall(r'<a href="([^"]+)" hx-boost="true">Change', lost.content.decode())
    assert parse_qs(urlsplit(back.replace("&amp;", "&")).query)["known"] == [known]


def test_typing_an_address_is_as_for_a_stranger(
    client: Client, eva: BusinessClient, service: Service
) -> None:
    """Word for word: the form, its answer, and the page that follows."""
    seen = []
    for email, start in ((EVA, START), ("stranger@example.com", "2027-03-03T08:00:00Z")):
        form = client.get(FORM, {"start": start, "tz": "Europe/Berlin", "email": email})
        made = send(client, service, email=email, start=start)
        booking = Booking.objects.get(client_email=email, status=Status.PENDING)
        page = client.get(made.headers["Location"])
        words = [text_of(answer) for answer in (form, page)]
        for variable in (email, booking.reference, "Tuesday, 2", "Wednesday, 3"):
            words = [text.replace(variable, "…") for text in words]
        seen.append((made.status_code, [text.replace("Monday, 1", "…") for text in words]))
        assert prove_token(booking) not in page.content.decode()
    assert seen[0] == seen[1]


@pytest.mark.parametrize("kind", ["page", "prove", "tampered", "of another", "too old", "x" * 300])
def test_what_proves_nothing_leaves_a_request(
    client: Client, eva: BusinessClient, service: Service, booked: Book, clock: Any, kind: str
) -> None:
    known = client_links.token_of(eva, client_links.KNOWN)
    abroad = visit(booked, days_ago=3, service=ServiceFactory.create()).client
    wrong = {
        "page": client_links.token_of(eva, client_links.PAGE),
        "prove": prove_token(Booking.objects.filter(client=eva).latest("pk")),
        "tampered": f"{known[:-1]}{'x' if known[-1] != 'x' else 'y'}",
        "of another": client_links.token_of(abroad, client_links.KNOWN),
        "too old": known,
    }
    if kind == "too old":
        clock.move_to(NOW + timedelta(hours=2))
    token = wrong.get(kind, kind)
    form = client.get(FORM, {"start": START, "tz": "UTC", "known": token})
    assert (hidden(form, "known"), "booked at once" in text_of(form)) == ([], False)
    assert send(client, service, known=token).status_code == 303
    assert Booking.objects.get(starts_at=at(8)).status == Status.PENDING


def test_a_link_passed_on_books_nothing_for_others(
    client: Client, eva: BusinessClient, service: Service
) -> None:
    known = client_links.token_of(eva, client_links.KNOWN)
    send(client, service, known=known, email="friend@example.com", name="A Friend")
    assert Booking.objects.get(starts_at=at(8)).status == Status.PENDING
    page = text_of(client.get(FORM, {"start": START, "tz": "UTC", "known": known}))
    assert EVA not in page


def test_the_mail_of_a_request_asks_who_one_is_only_where_it_helps(
    booked: Book, eva: BusinessClient, service: Service
) -> None:
    booking = booked(at(8))
    booked(at(9), email="new@example.com")
    sent = dispatch()
    to_eva, to_new = sent[EVA], sent["new@example.com"]
    assert links_in(to_eva) == [
        f"/booking/{prove_token(booking)}/it-is-me/",
        f"/booking/{manage_token(booking)}/",
    ]
    assert "confirm that it is you who asked, and you are booked at once." in " ".join(
        body(to_eva).split()
    )
    assert "Confirm" not in body(to_new)
    assert len(links_in(to_new)) == 1


def test_one_click_on_the_mail_books_and_the_get_does_not(
    client: Client, booked: Book, eva: BusinessClient, owner: User
) -> None:
    booking = booked(at(8))
    prove, _ = links_in(dispatch()[EVA])
    before = rows_of_everything()
    for _ in range(20):
        assert client.get(prove).status_code == 200
        assert client.head(prove).status_code == 200
        assert client.options(prove).status_code == 405
    foreign = client.post(prove, headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, rows_of_everything() == before) == (403, True)
    assert "Was it you who asked for this time?" in text_of(client.get(prove))
    for _ in range(2):
        answer = client.post(prove)
        assert (answer.status_code, answer.headers["Location"]) == (
            303,
            f"/booking/{manage_token(booking)}/",
        )
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert HistoryEntry.objects.filter(booking=booking).count() == 2
    sent = dispatch()
    assert "You are booked" in body(sent[EVA])
    assert "Eva Klein is booked" in body(sent[owner.email])
    assert "confirmed by your rule for returning clients" in " ".join(
        body(sent[owner.email]).split()
    )
    assert "There is nothing to confirm" in text_of(client.get(prove))


def test_who_holds_the_page_of_the_request_cannot_confirm_it(
    client: Client, booked: Book, eva: BusinessClient
) -> None:
    """Whoever types an address is led to that page; only the mail has the other link."""
    booking = booked(at(8))
    manage, prove = manage_token(booking), prove_token(booking)
    assert client.post(f"/booking/{manage}/it-is-me/").status_code == 404
    assert client.get(f"/booking/{prove}/").status_code == 404
    assert client.post(f"/booking/{prove}/cancel/").status_code == 404
    booking.refresh_from_db()
    assert booking.status == Status.PENDING


def test_where_the_rule_no_longer_holds_the_click_says_so(
    client: Client, booked: Book, eva: BusinessClient, service: Service
) -> None:
    booking = booked(at(8))
    prove, _ = links_in(dispatch()[EVA])
    service.business.settings.returning_visits = 9
    service.business.settings.save()
    assert "There is nothing to confirm" in text_of(client.get(prove))
    answer = client.post(prove)
    assert (answer.status_code, "waits for an answer" in text_of(answer)) == (422, True)
    booking.refresh_from_db()
    assert booking.status == Status.PENDING


def test_staff_read_in_the_history_why_it_was_approved(
    client: Client, booked: Book, eva: BusinessClient, owner: User
) -> None:
    booking = booked(at(8))
    client.post(f"/booking/{prove_token(booking)}/it-is-me/")
    client.force_login(owner)
    shown = text_of(client.get(f"/admin/booking/booking/{booking.pk}/change/"))
    assert "Approved by rule: returning client" in shown


def test_settings_are_kept_and_checked(client: Client, service: Service, owner: User) -> None:
    client.force_login(owner)
    own = service.business.settings
    address = f"/admin/booking/bookingsettings/{own.pk}/change/"
    shown = text_of(client.get(address))
    for words in (
        "Approve returning clients at once",
        "After so many kept visits",
        "Without a no-show for so many months",
    ):
        assert words in shown
    own.returning_visits, own.returning_months = 0, 121
    with pytest.raises(ValidationError) as refused:
        own.full_clean()
    assert set(refused.value.message_dict) == {"returning_visits", "returning_months"}
