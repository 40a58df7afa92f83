"""A client moves a booking from the link, with scripts and without."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.links import manage_url
from booking.models import Booking, Service
from booking.operations import Details, book
from booking.wish import Wish
from tests.conftest import CLIENT
from tests.factories import BusinessFactory, ServiceFactory
from tests.races.bookings import free_starts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booking(transactional_db: None) -> Booking:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    service: Service = ServiceFactory.create(
        business=business, slug="haircut", name="Haircut", booking_horizon_days=90
    )
    details = Details(name="Eva", email="eva@example.com", timezone="Europe/Berlin")
    start = free_starts(service)[1]
    return book(wish=Wish(service=service), start=start, details=details, actor=CLIENT)


def move_by_two_hours(page: Page, booking: Booking) -> None:
    """From the client's own page to the page after the move."""
    page.goto(manage_url(booking))
    page.get_by_role("link", name="Move the appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move your appointment")
    day = booking.starts_at.astimezone(booking.business.zone).date()
    page.goto(f"{page.url.partition('?')[0]}?date={day.isoformat()}&clock=24")
    own = page.locator(".time:disabled")
    expect(own).to_contain_text("your time until now")
    wanted = booking.starts_at.astimezone(booking.business.zone) + timedelta(hours=2)
    page.locator(".time", has_text=f"{wanted:%H:%M}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move this appointment?")
    expect(page.locator("s")).to_contain_text(re.compile(r"\d\d:\d\d"))
    page.get_by_role("button", name="Move the appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")


def test_a_client_moves_a_booking(quiet_page: Page, site: str, booking: Booking) -> None:
    move_by_two_hours(quiet_page, booking)
    assert Booking.objects.get().starts_at == booking.starts_at + timedelta(hours=2)
    another = quiet_page.context.new_page()
    another.goto(manage_url(booking))
    replaced = "This link was replaced by a newer one"
    expect(another.get_by_role("heading", level=1)).to_have_text(replaced)


def test_without_scripts_it_works_the_same(browser: Browser, site: str, booking: Booking) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        move_by_two_hours(context.new_page(), booking)
    assert Booking.objects.get().starts_at == booking.starts_at + timedelta(hours=2)
