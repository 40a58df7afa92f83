"""Ten things that a picky stranger tries first, asserted by what a person sees."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from booking import links
from booking.models import Booking, Service
from config.core import clock
from tests.browser.salon import book_in_state, in_days, let_holds_lapse, open_salon

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Texts that stick out of the window or are cut by their box.
CUT = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!says || !box.width || element.closest(".visually-hidden, .skip-link, select")) return false;
  const isCut = style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
  return box.left < -1 || box.right > innerWidth + 1 || isCut;
}).map((element) => element.textContent.trim())"""
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# What has the focus, and whether one sees it: a ring around it or its card, inside the window.
FOCUS = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  const isRinged = (node) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const label = element.labels?.[0] ?? element;
  return {
    name: (element.ariaLabel || label.innerText || "").trim().replace(/\\s+/g, " "),
    ring: [element, element.closest("li, label")].some((node) => node && isRinged(node)),
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}"""


@pytest.fixture
def service(transactional_db: None) -> Service:
    return open_salon()


def day(page: Page, days: int = 20) -> Locator:
    return page.locator(f'.day[data-date="{in_days(days, 12):%Y-%m-%d}"]')


def times_of(site: str, days: int = 20) -> str:
    """The page of a day's times, ten o'clock among them."""
    return f"{site}/book/salon-mara/haircut/?date={in_days(days, 12):%Y-%m-%d}"


def choose(page: Page, site: str, time: str = "10:00", days: int = 20) -> None:
    page.goto(times_of(site, days))
    page.get_by_role("button", name=time).click()
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()


def fill_in(page: Page, name: str = "Eva Klein") -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill("eva@example.com")
    page.get_by_label("What is it about?").fill("A wedding")


def send(page: Page) -> None:
    page.get_by_role("button", name="Book this time").click()


def is_dark(page: Page) -> bool:
    """Whether the corner of the page, as it is painted, is nearer to black than to white."""
    corner = page.screenshot(clip={"x": 0, "y": 0, "width": 1, "height": 1})
    [grey] = Image.open(io.BytesIO(corner)).convert("L").tobytes()
    return grey < 128


def tab(page: Page) -> str:
    """Press Tab; the name of what has the focus now, which has to be seen."""
    page.keyboard.press("Tab")
    focus = page.evaluate(FOCUS)
    assert (focus["ring"], focus["inside"]) == (True, True), focus
    return str(focus["name"])


def expect_headline(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def expect_nothing_at(address: str, page: Page) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect_headline(page, "There is nothing at this address")
    expect(page.get_by_text("The link may have a typing error")).to_be_visible()


def test_resizing_cuts_nothing_and_never_scrolls_sideways(
    page: Page, site: str, service: Service
) -> None:
    own = links.manage_token(book_in_state(service, in_days(20, 14)))
    form = f"/book/salon-mara/haircut/confirm/?start={in_days(20, 10):%Y-%m-%dT%H:%MZ}"
    wrong = []
    for address in ("/book/salon-mara/", times_of(""), form, f"/booking/{own}/", "/nothing"):
        page.goto(site + address)
        for width in (320, 390, 600, 768, 1024, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(SCROLLS) or page.evaluate(CUT):
                wrong.append((address, width, page.evaluate(CUT)))
    assert wrong == []


def test_dark_follows_the_system_and_the_switch_is_remembered(
    page: Page, site: str, service: Service
) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(f"{site}/book/salon-mara/")
    assert is_dark(page)
    page.emulate_media(color_scheme="light")
    assert not is_dark(page)
    page.get_by_text("Dark", exact=True).click()
    assert is_dark(page)
    page.goto(times_of(site))
    assert is_dark(page)
    expect(page.get_by_label("Dark")).to_be_checked()
    page.get_by_text("Auto", exact=True).click()
    assert not is_dark(page)


def test_booking_by_keyboard_alone_shows_the_focus_at_every_step(
    page: Page, site: str, service: Service
) -> None:
    page.goto(f"{site}/book/salon-mara/")
    assert [tab(page), tab(page)] == ["Skip to the content", "Haircut"]
    page.keyboard.press("Enter")
    expect_headline(page, "Haircut")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    steps = [tab(page)]
    while page.locator(".day:focus").count() == 0:
        steps.append(tab(page))
    # At the very end of a month the page opens on the next, and there is a way back.
    assert [step for step in steps if step != "Previous month"] == [
        *("Time zone", "24 h", "Next month", page.evaluate(FOCUS)["name"])
    ]
    month = page.locator("#month-title").inner_text()
    page.keyboard.press("PageDown")
    expect(page.locator("#month-title")).not_to_have_text(month)
    expect(page.locator(".day:focus")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#times-title")).to_be_focused()
    assert tab(page) == "09:00"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert tab(page) == "Change the time"
    for name, text in (
        ("Name", "Eva Klein"),
        ("E-mail", "eva@example.com"),
        ("Phone", ""),
        ("What is it about?", "A wedding"),
        ("Anything we should know optional", ""),
    ):
        assert tab(page) == name
        page.keyboard.type(text)
    assert tab(page) == "Book this time"
    page.keyboard.press("Enter")
    expect_headline(page, "You are booked")


def test_month_is_walked_by_its_keys(page: Page, site: str, service: Service) -> None:
    def press(*keys: str) -> str | None:
        for key in keys:
            page.keyboard.press(key)
        return page.locator(".day:focus").get_attribute("data-date")

    def date(days: int) -> str:
        return f"{in_days(days, 12):%Y-%m-%d}"

    # The second Wednesday of a month has a week of that month on each side.
    second_wednesday = next(
        days
        for days in range(8, 60)
        if in_days(days, 12).weekday() == 2 and 8 <= in_days(days, 12).day <= 14
    )
    page.goto(times_of(site, second_wednesday))
    day(page, second_wednesday).focus()
    assert press("ArrowRight") == date(second_wednesday + 1)
    assert press("ArrowDown") == date(second_wednesday + 8)
    assert press("ArrowUp", "ArrowLeft") == date(second_wednesday)
    assert press("Home") == date(second_wednesday - 2)
    assert press("End") == date(second_wednesday + 4)
    assert page.locator(".day[tabindex='0']").count() == 1
    page.keyboard.press(" ")
    expect(page.locator("#times-title")).to_be_focused()
    expect(page.locator("#calendar-status")).to_contain_text("8 times")
    day(page, second_wednesday).focus()
    page.keyboard.press("PageDown")
    expect(page.locator(".day:focus")).not_to_have_attribute("data-date", date(second_wednesday))
    page.keyboard.press("PageUp")
    expect(page.locator(".day:focus")).to_have_attribute("data-date", date(second_wednesday))


def test_back_leads_to_the_times_and_keeps_the_form(
    page: Page, site: str, service: Service
) -> None:
    choose(page, site)
    fill_in(page)
    page.go_back()
    expect(day(page)).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("button", name="10:00")).to_be_visible()
    page.get_by_role("button", name="11:00").click()
    expect(page.get_by_label("Name")).to_have_value("Eva Klein")
    expect(page.get_by_label("What is it about?")).to_have_value("A wedding")


def test_back_after_booking_books_nothing_more(page: Page, site: str, service: Service) -> None:
    choose(page, site)
    fill_in(page)
    send(page)
    expect_headline(page, "You are booked")
    page.go_back()
    expect(page.get_by_role("button", name="Book this time")).to_be_visible()
    page.go_forward()
    expect_headline(page, "You are booked")
    assert Booking.objects.count() == 1


def test_double_click_and_reload_book_once(page: Page, site: str, service: Service) -> None:
    choose(page, site)
    fill_in(page)
    page.get_by_role("button", name="Book this time").dblclick()
    expect_headline(page, "You are booked")
    page.reload()
    expect_headline(page, "You are booked")
    assert Booking.objects.count() == 1


def test_two_tabs_with_one_time_sell_it_once(page: Page, site: str, service: Service) -> None:
    other = page.context.new_page()
    for tab, name in ((page, "First Fay"), (other, "Second Sam")):
        choose(tab, site)
        fill_in(tab, name)
        let_holds_lapse()
    send(page)
    expect_headline(page, "You are booked")
    send(other)
    alert = other.get_by_role("alert")
    expect(alert).to_contain_text("This time has just been taken.")
    expect(alert).to_be_focused()
    expect(other.get_by_label("Name")).to_have_value("Second Sam")
    expect(other.get_by_role("radio", name=re.compile("^(09|11):00"))).to_have_count(2)
    other.get_by_role("radio", name=re.compile("^11:00")).check()
    send(other)
    expect_headline(other, "You are booked")
    assert Booking.objects.count() == 2


def test_an_old_link_says_that_it_has_expired(page: Page, site: str, service: Service) -> None:
    booking = book_in_state(service, in_days(20, 10))
    address = f"{site}/booking/{links.manage_token(booking)}/"
    long_ago = clock.now() - timedelta(days=31)
    Booking.objects.update(starts_at=long_ago - timedelta(hours=1), ends_at=long_ago)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 410
    expect_headline(page, "This link has expired")
    expect(page.get_by_text("Eva")).to_have_count(0)
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page).to_have_url(f"{site}/book/salon-mara/")


def test_a_mistyped_link_leads_on_or_says_so(page: Page, site: str, service: Service) -> None:
    for near in ("/book/SALON-Mara/", "/book/salon-mara", "/salon-mara/book", "/Salon-Mara/book/"):
        page.goto(site + near)
        expect(page).to_have_url(f"{site}/book/salon-mara/")
        expect_headline(page, "Salon Mara")
    for wrong in ("/book/salon-mora/", "/book/salon-mara/hairdo/"):
        expect_nothing_at(site + wrong, page)


def test_without_javascript_everything_goes(browser: Browser, site: str, service: Service) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/book/salon-mara/")
    page.get_by_role("link", name="Haircut").click()
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Next month").click()
    page.locator("a.day[href]").first.click()
    expect(page.locator(".time").first).to_contain_text("in Berlin")
    page.locator(".time").first.click()
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Please check these details.")
    fill_in(page)
    send(page)
    expect_headline(page, "You are booked")
    page.reload()
    page.get_by_role("link", name="Cancel the appointment").click()
    page.get_by_role("button", name="Cancel the appointment").click()
    expect_headline(page, "This appointment was cancelled")
    assert Booking.objects.count() == 1
