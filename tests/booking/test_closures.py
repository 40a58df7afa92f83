from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Business, User
from booking.closures import closure_of, closure_of_service
from booking.links import manage_token
from booking.models import ActorKind, Service, Source
from booking.operations import Actor, BookingClosed
from config.core import clock as clocks
from tests.booking.web.test_pages import starts, text_of
from tests.conftest import Book, at
from tests.factories import BusinessFactory, ServiceFactory

BACK_ON = date(2027, 3, 4)
# Midnight of the fourth on Berlin's clock.
MIDNIGHT = datetime(2027, 3, 3, 23, 0, tzinfo=UTC)
PAGES = ("/book/salon-mara/", "/book/salon-mara/haircut/", "/book/salon-mara/haircut/confirm/")


def pause(row: Any, **fields: object) -> None:
    for name, value in ({"paused_until": BACK_ON} | fields).items():
        setattr(row, name, value)
    row.save()


def refused(booked: Book) -> bool:
    try:
        booked(at(9, day=5), service=Service.objects.get())
    except BookingClosed:
        return True
    return False


def test_a_pause_ends_by_itself_as_its_day_begins_at_the_business(
    client: Client, business: Business, service: Service, booked: Book, clock: Any
) -> None:
    pause(business.settings)
    clock.move_to(MIDNIGHT.replace(hour=22, minute=59, second=59))
    assert [client.get(page).status_code for page in PAGES] == [503, 503, 503]
    assert refused(booked)
    clock.move_to(MIDNIGHT)
    assert [client.get(page).status_code for page in PAGES] == [200, 200, 400]
    assert not refused(booked)


def test_a_paused_service_ends_its_pause_likewise(
    client: Client, service: Service, booked: Book, clock: Any
) -> None:
    pause(service)
    clock.move_to(MIDNIGHT.replace(hour=22, minute=59, second=59))
    assert [client.get(page).status_code for page in PAGES] == [200, 503, 503]
    assert refused(booked)
    clock.move_to(MIDNIGHT)
    assert [client.get(page).status_code for page in PAGES] == [200, 200, 400]
    assert not refused(booked)


def test_a_paused_page_says_when_to_come_back(
    client: Client, business: Business, service: Service, clock: Any
) -> None:
    pause(business.settings, paused_message="We are on holiday.")
    clock.move_to(datetime(2027, 3, 3, 22, 0, tzinfo=UTC))
    page = client.get("/book/salon-mara/")
    for said in (
        "Salon Mara takes no online bookings at the moment",
        "We are on holiday.",
        "Bookings are taken again from Thursday, 4 March 2027 on",
        "+49 30 901820",
    ):
        assert said in text_of(page)
    assert page.headers["Retry-After"] == "3600"


def test_a_closed_page_without_a_day_promises_none(client: Client, business: Business) -> None:
    pause(business.settings, paused_until=None, is_active=False)
    page = client.get("/book/salon-mara/")
    assert (page.status_code, "Retry-After" in page.headers) == (503, False)
    assert "taken again" not in text_of(page)


def test_closed_for_good_is_not_opened_by_a_day_that_has_passed(business: Business) -> None:
    pause(business.settings, paused_until=date(2027, 1, 1), is_active=False)
    closure = closure_of(business, clocks.now())
    assert closure is not None
    assert closure.back_on is None


def test_a_paused_service_stays_on_the_page_and_is_no_link(
    client: Client, service: Service
) -> None:
    ServiceFactory.create(business=service.business, name="Colour", slug="colour")
    pause(service, paused_message="Ali is away.")
    html = client.get("/book/salon-mara/").content.decode()
    assert "Back on Thursday, 4 March 2027" in html
    assert "Ali is away." in html
    assert 'href="/book/salon-mara/haircut/"' not in html
    assert 'href="/book/salon-mara/colour/"' in html
    page = client.get("/book/salon-mara/haircut/")
    assert "Haircut cannot be booked at the moment" in text_of(page)
    assert 'href="/book/salon-mara/"' in page.content.decode()
    assert "Retry-After" in page.headers


def test_an_archived_service_is_gone_whatever_its_pause(service: Service) -> None:
    pause(service, is_active=False)
    closure = closure_of_service(service, clocks.now())
    assert closure is not None
    assert closure.is_for_good


def test_staff_book_during_a_pause_and_not_what_is_archived(
    booked: Book, owner: User, business: Business, service: Service
) -> None:
    pause(business.settings)
    pause(service)
    staff = Actor(kind=ActorKind.MEMBER, source=Source.PHONE, user=owner)
    assert booked(at(8), actor=staff).created_by == owner
    pause(service, is_active=False)
    with pytest.raises(BookingClosed, match="no longer offered"):
        booked(at(9), actor=staff)


def test_with_booking_switched_off_bookings_can_be_seen_and_cancelled(
    client: Client, booked: Book, settings: Any
) -> None:
    own = f"/booking/{manage_token(booked(at(8)))}/"
    settings.BOOKING_ENABLED = False
    page = client.get("/book/salon-mara/")
    assert page.status_code == 503
    assert "+49 30 901820" in text_of(page)
    assert "hello@salon.example" in text_of(page)
    assert client.get(own).status_code == 200
    assert client.post(f"{own}cancel/", {"reason": ""}).status_code == 303


def test_home_says_who_is_paused_and_leads_to_the_only_one(
    client: Client, business: Business
) -> None:
    pause(business.settings)
    assert client.get("/").headers["Location"] == "/book/salon-mara/"
    BusinessFactory.create(name="Rival", slug="rival")
    page = text_of(client.get("/"))
    assert "Salon Mara Back on Thursday, 4 March 2027" in page
    pause(business.settings, is_active=False)
    assert client.get("/").headers["Location"] == "/book/rival/"


def test_the_only_business_is_found_while_it_is_closed(client: Client, business: Business) -> None:
    pause(business.settings, is_active=False, paused_until=None)
    assert client.get("/").headers["Location"] == "/book/salon-mara/"


def settings_form(business: Business, **fields: object) -> dict[str, object]:
    own = business.settings
    return {
        "business": business.pk,
        "online": "open",
        "paused_until": "",
        "paused_message": "",
        "pending_expiry_minutes": own.pending_expiry_minutes,
        "hold_seconds": 300,
        "default_schedule": own.default_schedule_id,
        "minimum_notice_minutes": 120,
        "booking_horizon_days": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "cancellation_notice_minutes": 0,
        "returning_visits": 1,
        "returning_months": 12,
        "reschedule_notice_minutes": 0,
        "no_show_limit": 0,
        "no_show_months": 12,
        "no_show_action": "warn",
        "notify_emails": "",
        "owner_name": "",
        "sender_name": "",
    } | fields


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"online": "paused", "paused_until": "2027-03-04"}, (True, BACK_ON, False)),
        ({"online": "closed", "paused_until": "2027-03-04"}, (False, None, False)),
        ({"online": "open", "paused_until": "2027-03-04"}, (True, None, True)),
    ],
)
def test_the_owner_pauses_closes_and_opens(
    client: Client,
    owner: User,
    business: Business,
    service: Service,
    fields: dict[str, str],
    expected: tuple[bool, date | None, bool],
) -> None:
    client.force_login(owner)
    address = f"/admin/booking/bookingsettings/{business.settings.pk}/change/"
    answer = client.post(address, settings_form(business, **fields))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    own = business.settings
    own.refresh_from_db()
    page = client.get("/book/salon-mara/haircut/")
    assert (own.is_active, own.paused_until, bool(starts(page))) == expected
    shown = client.get(address).context["adminform"].form
    assert shown.fields["online"].initial == fields["online"]
    home = text_of(client.get("/admin/"))
    assert ("Clients cannot book online" in home) is not expected[2]


@pytest.mark.parametrize("day", ["", "2027-03-01", "2020-01-01", "nonsense"])
def test_a_pause_needs_a_day_to_come(
    client: Client, owner: User, business: Business, day: str
) -> None:
    client.force_login(owner)
    address = f"/admin/booking/bookingsettings/{business.settings.pk}/change/"
    form = settings_form(business, online="paused", paused_until=day)
    answer = client.post(address, form)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["paused_until"]


def test_a_pause_that_is_over_reads_as_open(
    client: Client, owner: User, business: Business, clock: time_machine.Traveller
) -> None:
    pause(business.settings)
    clock.move_to(MIDNIGHT)
    client.force_login(owner)
    address = f"/admin/booking/bookingsettings/{business.settings.pk}/change/"
    assert client.get(address).context["adminform"].form.fields["online"].initial == "open"
