"""Kept or not: said by staff, on the page of a booking and in the list."""

import pytest
import time_machine
from django.test import Client

from accounts.models import Role, User
from booking.lifecycle import Status
from booking.models import Booking
from tests.conftest import Book, at, member

VERBS = {"no-show": Status.NO_SHOW, "complete": Status.COMPLETED}
SAID = {"no-show": "Marked as a no-show.", "complete": "Marked as kept."}


@pytest.fixture
def begun(booked: Book, clock: time_machine.Traveller) -> Booking:
    booking = booked(at(8))
    clock.move_to(at(8, 30))
    return booking


def address(booking: Booking, verb: str) -> str:
    return f"/admin/bookings/{booking.reference}/{verb}/"


def said(html: str) -> list[str]:
    """The buttons that the page offers for the outcome."""
    return [words for words in ("Mark as kept", "Mark as no-show") if f">{words}</button>" in html]


@pytest.mark.parametrize("verb", VERBS)
def test_staff_mark_by_one_post(client: Client, staff: User, begun: Booking, verb: str) -> None:
    client.force_login(staff)
    answer = client.post(address(begun, verb), follow=True)
    assert SAID[verb] in answer.content.decode()
    begun.refresh_from_db()
    entry = begun.history.last()
    assert entry is not None
    assert (begun.status, entry.actor) == (VERBS[verb], staff)


@pytest.mark.parametrize("verb", VERBS)
def test_no_get_marks_anything(client: Client, owner: User, begun: Booking, verb: str) -> None:
    client.force_login(owner)
    assert client.get(address(begun, verb)).status_code == 302
    begun.refresh_from_db()
    assert begun.status == Status.CONFIRMED


@pytest.mark.parametrize("verb", VERBS)
def test_read_only_members_see_and_do_not_mark(client: Client, begun: Booking, verb: str) -> None:
    client.force_login(member(begun.business, Role.READ_ONLY))
    assert said(client.get(address(begun, "decide")).content.decode()) == []
    assert client.post(address(begun, verb)).status_code == 403
    begun.refresh_from_db()
    assert begun.status == Status.CONFIRMED


@pytest.mark.parametrize("verb", VERBS)
def test_of_another_business_nothing_is_marked(
    client: Client, stranger: User, begun: Booking, verb: str
) -> None:
    client.force_login(stranger)
    assert client.post(address(begun, verb)).status_code == 404
    begun.refresh_from_db()
    assert begun.status == Status.CONFIRMED


@pytest.mark.parametrize("verb", VERBS)
def test_what_has_not_begun_is_not_marked(
    client: Client, owner: User, booked: Book, verb: str
) -> None:
    booking = booked(at(8))
    client.force_login(owner)
    assert said(client.get(address(booking, "decide")).content.decode()) == []
    answer = client.post(address(booking, verb), follow=True)
    assert "This booking has not begun yet." in answer.content.decode()
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_the_page_offers_what_can_be_said(client: Client, owner: User, begun: Booking) -> None:
    client.force_login(owner)
    page = address(begun, "decide")
    assert said(client.get(page).content.decode()) == ["Mark as kept", "Mark as no-show"]
    client.post(address(begun, "no-show"))
    assert said(client.get(page).content.decode()) == ["Mark as kept"]
    client.post(address(begun, "complete"))
    assert said(client.get(page).content.decode()) == ["Mark as no-show"]


@pytest.mark.parametrize(
    ("action", "status", "words"),
    [
        ("mark_no_show_selected", Status.NO_SHOW, "2 bookings marked as no-show."),
        ("mark_kept_selected", Status.COMPLETED, "2 bookings marked as kept."),
    ],
)
def test_several_are_marked_from_the_list(
    client: Client,
    staff: User,
    booked: Book,
    clock: time_machine.Traveller,
    action: str,
    status: Status,
    words: str,
) -> None:
    first, second, later = booked(at(8)), booked(at(9)), booked(at(12))
    clock.move_to(at(10))
    client.force_login(staff)
    chosen = {"action": action, "_selected_action": [first.pk, second.pk, later.pk]}
    html = client.post("/admin/booking/booking/", chosen, follow=True).content.decode()
    assert words in html
    assert "13:00: This booking has not begun yet." in html
    assert dict(Booking.objects.values_list("pk", "status")) == {
        first.pk: status,
        second.pk: status,
        later.pk: Status.CONFIRMED,
    }


def test_read_only_members_mark_nothing_in_the_list(client: Client, begun: Booking) -> None:
    client.force_login(member(begun.business, Role.READ_ONLY))
    chosen = {"action": "mark_no_show_selected", "_selected_action": [begun.pk]}
    client.post("/admin/booking/booking/", chosen)
    begun.refresh_from_db()
    assert begun.status == Status.CONFIRMED


def test_the_record_names_its_times_and_what_happened(
    client: Client, owner: User, begun: Booking, clock: time_machine.Traveller
) -> None:
    client.force_login(owner)
    client.post(address(begun, "no-show"))
    clock.move_to(at(11))
    client.post(address(begun, "complete"))
    html = client.get(f"/admin/booking/booking/{begun.pk}/change/").content.decode()
    assert "Marked as no-show" in html
    assert "No-show → Completed" in html
    assert "Tue 2 Mar, 12:00" in html
