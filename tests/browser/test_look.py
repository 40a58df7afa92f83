"""What only a real browser can tell: what is remembered, and how it is laid out."""

import re

import pytest
from playwright.sync_api import Page, expect

from booking.models import Service
from tests.factories import BusinessFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def service(transactional_db: None) -> Service:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    made: Service = ServiceFactory.create(
        business=business, slug="haircut", booking_horizon_days=90
    )
    return made


def test_the_clock_chosen_once_is_remembered(quiet_page: Page, site: str, service: Service) -> None:
    page, address = quiet_page, f"{site}/book/salon-mara/haircut/"
    page.goto(address)
    time = page.locator(".time-clock").first
    expect(time).to_have_text("09:00")
    page.get_by_text("12 h", exact=True).click()
    expect(time).to_have_text("9:00 am")
    expect(page).to_have_url(re.compile("clock=12"))
    page.goto(address)
    expect(time).to_have_text("9:00 am")
    page.goto(f"{address}?clock=24")
    expect(time).to_have_text("09:00")
    page.goto(f"{address}?clock=12")
    time.click()
    expect(page.locator(".chosen-time")).to_contain_text("9:00 am")


def test_nobody_sees_the_field_that_is_left_to_robots(
    page: Page, site: str, service: Service
) -> None:
    page.goto(f"{site}/book/salon-mara/haircut/")
    page.locator("a.time").first.click()
    expect(page.get_by_role("button", name="Book this time")).to_be_visible()
    assert page.get_by_text("Leave this field empty").bounding_box()["x"] < -1000  # type: ignore[index]
