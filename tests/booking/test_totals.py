"""What the bookings of a client add up to."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from accounts.models import Business, User
from booking.lifecycle import RELEASED, Status
from booking.models import Booking, Client, Service
from tests.conftest import Book, at
from tests.factories import ProviderFactory

OVER, COMING = at(8, day=2), at(8, day=4)
BETWEEN = at(6, day=3)


@pytest.fixture
def eva(booked: Book, service: Service) -> Client:
    """A client with a booking in every state, before and after the 3rd of March."""
    service.providers.add(*ProviderFactory.create_batch(7, business=service.business))
    for start in (OVER, COMING):
        for status in Status:
            put(booked(start), status)
    return Client.objects.get()


def put(booking: Booking, status: Status) -> None:
    booking.status = status
    if status in RELEASED:
        booking.session = None
    if status == Status.PENDING:
        booking.expires_at = booking.starts_at
    booking.save()


def totals(client: Client) -> tuple[object, ...]:
    found: Any = Client.objects.with_totals(BETWEEN).get(pk=client.pk)
    return found.visits, found.no_shows, found.cancelled, found.next_visit


def test_every_state_counts_where_it_belongs(eva: Client) -> None:
    # Two that are completed, and the confirmed one that is over; the one to come is not.
    assert totals(eva) == (3, 2, 2, COMING)


def test_a_client_without_bookings_has_nothing(business: Business) -> None:
    client = Client.objects.create(business=business, name="Ben", email="ben@example.com")
    assert totals(client) == (0, 0, 0, None)


def test_the_next_visit_is_the_earliest_that_has_not_begun(booked: Book) -> None:
    booked(at(9, day=5))
    booked(at(9, day=4))
    booked(at(6, 0, day=3), override=True)
    assert totals(Client.objects.get())[3] == at(9, day=4)


def test_the_totals_of_all_clients_cost_one_statement(
    eva: Client, booked: Book, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    booked(at(12), email="other@example.com")
    with django_assert_num_queries(1):
        found: list[Any] = list(Client.objects.with_totals(BETWEEN).order_by("id"))
    assert [client.visits for client in found] == [3, 1]


def test_the_list_and_the_page_show_them(
    eva: Client, owner: User, clock: time_machine.Traveller
) -> None:
    clock.move_to(BETWEEN)
    browser = Browser()
    browser.force_login(owner)
    rows = cells(browser.get("/admin/booking/client/").content.decode())
    assert rows == ["3", "2", "2", "Thu 4 Mar, 09:00"]
    page = browser.get(f"/admin/booking/client/{eva.pk}/change/").content.decode()
    assert cells(page) == rows
    assert cells(browser.get("/admin/booking/client/add/").content.decode()) == []


def cells(html: str) -> list[str]:
    """The totals that a list of one client, or the page of a client, shows."""
    names = "visits|no_shows|cancelled|next_visit"
    in_list = re.findall(rf'class="field-(?:{names})[^"]*">([^<]*)</td>', html)
    on_page = re.findall(
        rf'field-(?:{names})".*?<div class="readonly">([^<]*)</div>', html, re.DOTALL
    )
    return in_list or on_page


def test_the_list_can_be_ordered_by_them(eva: Client, owner: User, booked: Book) -> None:
    booked(at(12), email="ada@example.com", name="Ada")
    browser = Browser()
    browser.force_login(owner)
    html = browser.get("/admin/booking/client/?o=-5").content.decode()
    assert html.index("Eva Klein") < html.index("Ada")
