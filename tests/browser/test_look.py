"""What only a real browser can tell: what is remembered, and how it is laid out."""

import re
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from booking.letters import compose
from booking.lifecycle import Status
from booking.models import Booking, Service
from config.core import clock
from tests.browser.salon import book_in_state, in_days
from tests.factories import BusinessFactory, MembershipFactory, ServiceFactory

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


def focused(page: Page) -> str:
    """What a screen reader would name: the date of a day, else the id or the text."""
    return str(
        page.evaluate(
            "(() => { const on = document.activeElement;"
            " return on.dataset.date || on.id || on.innerText; })()"
        )
    )


@pytest.fixture
def spring(page: Page, site: str, service: Service) -> Page:
    """A month of which every weekday is free, with the focus on its tenth."""
    today = clock.now().date()
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=10)
    page.goto(f"{site}/book/salon-mara/haircut/?month={month:%Y-%m}&date={month}")
    expect(page.locator("table[role=grid]")).to_be_visible()
    page.locator(f'[data-date="{month}"]').focus()
    return page


def test_the_month_is_one_tab_stop_with_arrows_for_its_days(spring: Page) -> None:
    page = spring
    assert page.locator('.day[tabindex="0"]').count() == 1
    start = date.fromisoformat(focused(page))
    for key, days in (("ArrowRight", 1), ("ArrowDown", 7), ("ArrowLeft", -1), ("ArrowUp", -7)):
        before = date.fromisoformat(focused(page))
        page.keyboard.press(key)
        assert date.fromisoformat(focused(page)) == before + timedelta(days=days)
    assert date.fromisoformat(focused(page)) == start
    page.keyboard.press("Home")
    assert date.fromisoformat(focused(page)).weekday() == 0
    page.keyboard.press("End")
    assert date.fromisoformat(focused(page)).weekday() == 6
    assert page.locator('.day[tabindex="0"]').count() == 1


def test_page_keys_turn_the_month_and_stay_on_the_day(spring: Page) -> None:
    page = spring
    start = date.fromisoformat(focused(page))
    title = page.locator("#month-title").inner_text()
    page.keyboard.press("PageDown")
    expect(page.locator("#month-title")).not_to_have_text(title)
    following = (start.replace(day=1) + timedelta(days=32)).replace(day=start.day)
    expect(page.locator(f'[data-date="{following}"]')).to_be_focused()
    page.keyboard.press("PageUp")
    expect(page.locator("#month-title")).to_have_text(title)
    expect(page.locator(f'[data-date="{start}"]')).to_be_focused()


@pytest.mark.parametrize("key", ["Enter", " "])
def test_choosing_a_day_leads_to_its_times_and_says_them(spring: Page, key: str) -> None:
    page = spring
    day = page.locator(".day[href]").nth(2)
    named = day.get_attribute("aria-label")
    day.focus()
    page.keyboard.press(key)
    expect(page.locator("#times-title")).to_be_focused()
    assert named is not None
    expect(page.locator("#calendar-status")).to_contain_text(named)
    chosen = page.locator('td[aria-selected="true"] .day')
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_attribute("aria-label", named)
    page.keyboard.press("Tab")
    expect(page.locator(".time").first).to_be_focused()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("address", ["", "haircut/"])
def test_long_words_fit_into_the_smallest_phone(
    page: Page, site: str, service: Service, direction: str, address: str
) -> None:
    business = service.business
    business.name = service.name = "R" * 60
    business.email = f"{'e' * 60}@{'x' * 60}.example"
    service.description = "d" * 300
    business.save()
    service.save()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{site}/book/salon-mara/{address}")
    page.evaluate("direction => (document.documentElement.dir = direction)", direction)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.fixture
def long_name(service: Service) -> Booking:
    """A request of somebody whose name is one word of 90 letters."""
    start = in_days(3, 9)
    while start.weekday() > 4:
        start += timedelta(days=1)
    booking = book_in_state(service, start, Status.PENDING)
    booking.client_name = "W" * 90
    booking.save()
    return booking


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_name_leaves_the_answer_in_sight(
    page: Page, site: str, long_name: Booking, width: int
) -> None:
    owner = MembershipFactory.create(business=long_name.business).user
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/admin/booking/booking/")
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name=re.compile("Decline"))).to_be_visible()
    hidden = page.locator(".results").evaluate("box => box.scrollWidth - box.clientWidth")
    assert (hidden, page.evaluate("document.documentElement.scrollWidth")) == (0, width)


@pytest.mark.parametrize(("width", "card"), [(320, 296), (1280, 560)])
def test_a_long_name_fits_into_the_mail(
    page: Page, long_name: Booking, width: int, card: int
) -> None:
    letter = compose("owner_requested", str(long_name.uuid))
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(render_to_string("notifications/letter.html", {"letter": letter}))
    assert page.locator(".card").evaluate("card => card.offsetWidth") == card
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [320, 352, 390])
def test_month_heading_and_button_share_an_edge(
    page: Page, site: str, service: Service, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/book/salon-mara/haircut/")
    lefts = [
        page.locator(place).evaluate("part => part.getBoundingClientRect().left")
        for place in (".month-head h2", ".month-choice .button", "td:first-child .day >> nth=0")
    ]
    day = page.locator(".day").first.evaluate("day => day.offsetWidth")
    # A day's own edge is 2 pixels further in.
    assert lefts[0] == lefts[1]
    assert lefts[1] - 2 <= lefts[2] <= lefts[1]
    assert day >= 44


def test_while_a_month_loads_no_day_looks_full_or_free(spring: Page) -> None:
    page = spring
    page.route("**/haircut/?*", lambda route: None)
    page.locator("#month-next").click()
    day = page.locator(".calendar.htmx-request .day").first
    expect(day).to_have_css("color", "rgba(0, 0, 0, 0)")
    expect(day).to_have_css("pointer-events", "none")


def test_nobody_sees_the_field_that_is_left_to_robots(
    page: Page, site: str, service: Service
) -> None:
    page.goto(f"{site}/book/salon-mara/haircut/")
    page.locator(".time").first.click()
    expect(page.get_by_role("button", name="Book this time")).to_be_visible()
    seen = page.get_by_text("Leave this field empty").locator("xpath=..").bounding_box()
    assert seen is not None
    assert (seen["width"], seen["height"]) == (1, 1)
