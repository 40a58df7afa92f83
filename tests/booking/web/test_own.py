from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from booking.lifecycle import Status
from booking.links import manage_token
from booking.models import ActorKind, Booking, Service, Source
from booking.operations import Actor, cancel_booking
from tests.booking.web.test_pages import text_of
from tests.conftest import NOW, Book, at


@pytest.fixture
def booking(booked: Book) -> Booking:
    return booked(at(8))


@pytest.fixture
def page(booking: Booking) -> str:
    return f"/booking/{manage_token(booking)}/"


def test_cancelling_asks_for_a_reason_and_is_a_post(
    client: Client, booking: Booking, page: str
) -> None:
    assert client.get(f"{page}cancel/").status_code == 200
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    answer = client.post(f"{page}cancel/", {"reason": "I am ill."})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == (Status.CANCELLED, "I am ill.")
    assert "This appointment was cancelled" in text_of(client.get(page))


def test_cancelling_again_is_no_error(client: Client, page: str) -> None:
    client.post(f"{page}cancel/", {"reason": ""})
    assert client.post(f"{page}cancel/", {"reason": ""}).status_code == 303


def test_no_visit_changes_anything(client: Client, booking: Booking, page: str) -> None:
    before = Booking.objects.values().get()
    for address in (page, f"{page}cancel/", f"{page}invite.ics"):
        for _ in range(20):
            assert client.get(address).status_code == 200
            assert client.head(address).status_code == 200
    assert Booking.objects.values().get() == before
    assert booking.history.count() == 1


def test_past_the_deadline_the_page_says_whom_to_call(
    client: Client, booking: Booking, page: str
) -> None:
    settings = booking.business.settings
    settings.cancellation_notice_minutes = 60 * 24 * 7
    settings.save()
    shown = client.get(page)
    assert "+49 30 901820" in text_of(shown)
    assert f"{page}cancel/" not in shown.content.decode()
    answer = client.post(f"{page}cancel/", {"reason": ""})
    assert (answer.status_code, "too late" in text_of(answer)) == (422, True)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b"])
def test_a_bad_reason_is_said_and_nothing_is_cancelled(
    client: Client, booking: Booking, page: str, reason: str
) -> None:
    assert client.post(f"{page}cancel/", {"reason": reason}).status_code == 400
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_another_site_cannot_cancel(client: Client, booking: Booking, page: str) -> None:
    answer = client.post(f"{page}cancel/", {}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_the_invitation_file_is_the_booking(client: Client, booking: Booking, page: str) -> None:
    answer = client.get(f"{page}invite.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar: Any = Calendar.from_ical(answer.content)
    [event] = calendar.walk("VEVENT")
    assert (calendar["METHOD"], str(event["UID"]), event["DTSTART"].dt) == (
        "PUBLISH",
        str(booking.uuid),
        at(8),
    )
    assert "ATTENDEE" not in event


@pytest.mark.parametrize(
    ("status", "headline"),
    [
        (Status.PENDING, "Your request was sent"),
        (Status.CONFIRMED, "You are booked"),
        (Status.COMPLETED, "This appointment is over"),
        (Status.NO_SHOW, "This appointment is over"),
        (Status.AWAITING_PAYMENT, "Waiting for your payment"),
    ],
)
def test_the_headline_says_the_state(
    client: Client, booking: Booking, page: str, status: Status, headline: str
) -> None:
    Booking.objects.update(status=status, expires_at=at(8))
    assert headline in text_of(client.get(page))


@pytest.mark.parametrize(
    ("status", "headline"),
    [
        (Status.REJECTED, "Your request was declined"),
        (Status.EXPIRED, "Your request was not answered in time"),
    ],
)
def test_the_headline_says_how_it_ended(
    client: Client, booking: Booking, page: str, status: Status, headline: str
) -> None:
    Booking.objects.update(status=status, session=None)
    shown = client.get(page)
    assert headline in text_of(shown)
    assert f"{page}cancel/" not in shown.content.decode()


def test_a_request_whose_time_is_over_is_shown_as_expired_before_any_worker_runs(
    client: Client, booking: Booking, page: str
) -> None:
    Booking.objects.update(status=Status.PENDING, expires_at=NOW)
    shown = client.get(page)
    assert "Your request was not answered in time" in text_of(shown)
    assert f"{page}cancel/" not in shown.content.decode()
    refused = client.post(f"{page}cancel/")
    assert refused.status_code == 409
    assert "is expired and cannot become cancelled" in text_of(refused)


def test_a_confirmed_booking_that_is_over_says_so(client: Client, page: str, clock: object) -> None:
    clock.move_to(at(10))  # type: ignore[attr-defined]
    assert "This appointment is over" in text_of(client.get(page))


def test_a_booking_that_the_business_cancelled_says_so(
    client: Client, booking: Booking, page: str, owner: User
) -> None:
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    cancel_booking(booking=booking, reason="Mara is ill.", actor=by_owner)
    text = text_of(client.get(page))
    assert "Salon Mara had to cancel it. Reason: Mara is ill." in text
    assert "nothing more to do" not in text


def test_both_clocks_are_shown_when_they_differ(
    client: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(9), timezone="America/New_York")
    shown = text_of(client.get(f"/booking/{manage_token(booking)}/"))
    assert "10:00" in shown
    assert "04:00" in shown


def test_a_link_that_is_closed_says_why_and_nothing_of_the_booking(
    client: Client, booking: Booking, page: str, clock: Any
) -> None:
    Booking.objects.update(link_version=2)
    replaced = [client.get(f"{page}{path}") for path in ("", "cancel/", "invite.ics")]
    posted = client.post(f"{page}cancel/", {"reason": ""})
    clock.move_to(booking.ends_at + timedelta(days=30))
    expired = [client.get(f"{page}{path}") for path in ("", "cancel/", "invite.ics")]
    for answers, headline in (
        ([*replaced, posted], "This link was replaced by a newer one"),
        (expired, "This link has expired"),
    ):
        for answer in answers:
            said = text_of(answer)
            assert (answer.status_code, headline in said) == (410, True)
            assert 'href="/book/salon-mara/"' in answer.content.decode()
            for secret in (booking.client_name, booking.client_email, booking.reference, "Haircut"):
                assert secret not in said
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_a_link_opens_until_thirty_days_after_the_end(
    client: Client, booking: Booking, page: str, clock: Any
) -> None:
    clock.move_to(booking.ends_at + timedelta(days=30, seconds=-1))
    assert client.get(page).status_code == 200


def test_a_link_that_was_cut_off_says_to_copy_all_of_it(client: Client, page: str) -> None:
    answer = client.get(f"{page[:-9]}/")
    assert (answer.status_code, "copy the whole link" in text_of(answer)) == (404, True)
