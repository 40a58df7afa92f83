"""A stranger books, the owner approves, the client cancels: in a real browser, each way."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import Role, User
from booking.lifecycle import Status
from booking.models import Booking, Hold, Service
from config.core import clock
from notifications.tasks import dispatch
from tests.browser.salon import let_holds_lapse
from tests.factories import BusinessFactory, MembershipFactory, QuestionFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def service(transactional_db: None) -> Service:
    """Bookable every day of the week, so that the test may run on any."""
    business = BusinessFactory.create(
        name="Salon Mara", slug="salon-mara", settings__requires_approval=True
    )
    schedule = business.settings.default_schedule
    for weekday in (5, 6):
        schedule.weekly_hours.create(weekday=weekday, start="09:00", end="17:00")
    made: Service = ServiceFactory.create(
        business=business, slug="haircut", name="Haircut", booking_horizon_days=90
    )
    QuestionFactory.create(service=made, label="What is it about?", is_required=True)
    return made


@pytest.fixture
def owner(service: Service) -> User:
    user: User = MembershipFactory.create(business=service.business, role=Role.OWNER).user
    return user


def choose_a_time(page: Page, site: str) -> str:
    """From the booking link to the form; returns the time as the page called it."""
    page.goto(f"{site}/book/salon-mara/")
    page.get_by_role("link", name=re.compile("Haircut")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Haircut")
    next_month(page)
    free_days(page).nth(1).click()
    expect(free_days(page).nth(1)).to_have_attribute("aria-current", "true")
    time = page.locator(".time").first
    label = time.inner_text().split()[0]
    time.click()
    return label


def free_days(page: Page) -> Locator:
    return page.locator("a.day[href]")


def next_month(page: Page) -> None:
    """A month in which every day is free, whatever today is."""
    title = page.locator("#month-title")
    before = title.inner_text()
    page.get_by_role("link", name="Next month").click()
    expect(title).not_to_have_text(before)


def fill_in(page: Page, name: str = "Eva Klein") -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill("eva@example.com")
    page.get_by_label("What is it about?").fill("A wedding")


def mails(folder: Path) -> dict[str, EmailMessage]:
    """All mails that have become files, the newest by recipient."""
    dispatch()
    read: Any = message_from_bytes
    found = [read(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
    return {str(mail["To"]): mail for mail in found}


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage, pattern: str) -> str:
    found = re.search(rf"https?://\S*{pattern}\S*", text(mail))
    assert found, text(mail)
    return found[0]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_stranger_books_the_owner_approves_the_client_cancels(
    browser: Browser,
    site: str,
    mail_folder: Path,
    service: Service,
    owner: User,
    javascript: bool,
) -> None:
    client = browser.new_context(java_script_enabled=javascript).new_page()
    choose_a_time(client, site)
    fill_in(client)
    client.get_by_role("button", name="Send the request").click()
    expect(client.get_by_role("heading", level=1)).to_have_text("Your request was sent")
    booking = Booking.objects.get()
    assert (booking.status, booking.answers[0]["value"]) == (Status.PENDING, "A wedding")

    sent = mails(mail_folder)
    assert "Your request was sent" in text(sent["eva@example.com"])
    decide = link_in(sent[owner.email], "/decide/")

    staff = browser.new_context(java_script_enabled=javascript).new_page()
    staff.goto(decide)
    staff.get_by_label("E-mail").fill(owner.email)
    staff.get_by_label("Password").fill("a long password")
    staff.get_by_role("button", name="Log in").click()
    expect(staff).to_have_url(decide)
    staff.get_by_role("button", name="Approve").click()
    expect(staff.get_by_text("Eva Klein is told by mail.")).to_be_visible()
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED

    own_page = link_in(mails(mail_folder)["eva@example.com"], "/booking/")
    client.goto(own_page)
    expect(client.get_by_role("heading", level=1)).to_have_text("You are booked")
    client.get_by_role("link", name="Cancel", exact=False).first.click()
    client.get_by_label("Reason").fill("I am ill.")
    client.get_by_role("button", name="Cancel the appointment").click()
    expect(client.get_by_role("heading", level=1)).to_have_text("This appointment was cancelled")
    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == (Status.CANCELLED, "I am ill.")
    sent = mails(mail_folder)
    assert "cancelled" in text(sent["eva@example.com"])
    assert "I am ill." in text(sent[owner.email])


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_loser_keeps_the_form_and_takes_the_next_time(
    browser: Browser, site: str, service: Service, javascript: bool
) -> None:
    contexts = [browser.new_context(java_script_enabled=javascript) for _ in range(2)]
    winner, loser = (context.new_page() for context in contexts)
    for page in (winner, loser):
        choose_a_time(page, site)
        fill_in(page, name="Loser Lou" if page is loser else "Winner Wim")
        let_holds_lapse()
    winner.get_by_role("button", name="Send the request").click()
    expect(winner.get_by_role("heading", level=1)).to_have_text("Your request was sent")

    loser.get_by_role("button", name="Send the request").click()
    expect(loser.get_by_text("This time has just been taken.")).to_be_visible()
    expect(loser.get_by_label("Name")).to_have_value("Loser Lou")
    expect(loser.get_by_label("What is it about?")).to_have_value("A wedding")
    loser.get_by_role("radio").first.check()
    loser.get_by_role("button", name="Send the request").click()
    expect(loser.get_by_role("heading", level=1)).to_have_text("Your request was sent")
    assert set(Booking.objects.values_list("client_name", flat=True)) == {
        "Winner Wim",
        "Loser Lou",
    }


def test_choosing_a_day_and_going_back_needs_no_full_reload(
    quiet_page: Page, site: str, service: Service
) -> None:
    page = quiet_page
    page.goto(f"{site}/book/salon-mara/haircut/")
    next_month(page)
    page.evaluate("window.stillHere = true")
    first = page.url
    free_days(page).nth(2).click()
    expect(free_days(page).nth(2)).to_have_attribute("aria-current", "true")
    assert page.evaluate("window.stillHere") is True
    expect(page).to_have_url(re.compile("date="))
    page.go_back()
    expect(page).to_have_url(first)
    expect(free_days(page).first).to_have_attribute("aria-current", "true")


def test_reloading_the_confirmation_books_nothing_more(
    page: Page, site: str, service: Service
) -> None:
    choose_a_time(page, site)
    fill_in(page)
    page.get_by_role("button", name="Send the request").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request was sent")
    page.reload()
    page.go_back()
    page.reload()
    assert Booking.objects.count() == 1


def test_a_visitor_far_away_reads_the_salons_clock_and_their_own(
    browser: Browser, site: str, service: Service
) -> None:
    page = browser.new_context(timezone_id="America/New_York").new_page()
    page.goto(f"{site}/book/salon-mara/haircut/")
    expect(page.get_by_label("Time zone")).to_have_value("America/New_York")
    expect(page).to_have_url(re.compile("tz=America"))
    next_month(page)
    free_days(page).nth(1).click()
    expect(page.locator(".time").first).to_contain_text(
        re.compile(r"09:00\s+in Berlin\s+0[34]:00 for you")
    )


def test_a_click_before_the_visitors_zone_has_come_does_not_lose_it(
    browser: Browser, site: str, service: Service
) -> None:
    page = browser.new_context(timezone_id="Pacific/Auckland").new_page()
    # A slow network, on which the visitor's zone comes half a second after the page.
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", slow)
    page.goto(f"{site}/book/salon-mara/haircut/")
    page.get_by_role("link", name="Next month").click()
    expect(page).to_have_url(re.compile(r"month=.*tz=Pacific"))
    expect(page.get_by_label("Time zone")).to_have_value("Pacific/Auckland")
    expect(page.locator(".time").first).to_contain_text("for you")


def test_the_list_approves_with_one_click(
    browser: Browser, site: str, service: Service, owner: User
) -> None:
    client = browser.new_page()
    choose_a_time(client, site)
    fill_in(client)
    client.get_by_role("button", name="Send the request").click()
    expect(client.get_by_role("heading", level=1)).to_have_text("Your request was sent")
    staff = browser.new_page()
    staff.goto(f"{site}/admin/")
    staff.get_by_label("E-mail").fill(owner.email)
    staff.get_by_label("Password").fill("a long password")
    staff.get_by_role("button", name="Log in").click()
    staff.goto(f"{site}/admin/booking/booking/")
    staff.get_by_role("button", name="Approve Eva Klein").click()
    expect(staff.get_by_text("Eva Klein is told by mail.")).to_be_visible()
    assert Booking.objects.get().status == Status.CONFIRMED


def test_going_back_after_booking_says_that_it_is_booked(
    page: Page, site: str, service: Service
) -> None:
    choose_a_time(page, site)
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()
    form = page.url
    fill_in(page)
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request was sent")
    own = page.url
    page.goto(form)
    notice = page.get_by_text("You have booked this time already.")
    expect(notice).to_be_visible()
    notice.get_by_role("link", name="See your booking").click()
    expect(page).to_have_url(own)
    page.get_by_role("link", name="Withdraw the request").click()
    page.get_by_role("button", name="Withdraw the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This appointment was cancelled")
    page.goto(form)
    expect(page.get_by_label("Name")).to_be_visible()
    expect(notice).to_have_count(0)


def test_the_chosen_time_is_kept_counted_down_and_kept_longer(
    quiet_page: Page, site: str, service: Service
) -> None:
    page = quiet_page
    choose_a_time(page, site)
    expect(page.locator(".kept")).to_contain_text(re.compile(r"for [45]:\d\d minutes"))
    page.get_by_label("Name").fill("Eva Klein")
    Hold.objects.update(expires_at=clock.now() + timedelta(seconds=90))
    page.get_by_role("button", name="Keep it longer").click()
    expect(page.get_by_role("button", name="Keep it longer")).to_have_count(0)
    expect(page.locator(".kept")).to_contain_text(re.compile(r"for [45]:\d\d minutes"))
    expect(page.get_by_label("Name")).to_have_value("Eva Klein")


def test_when_it_is_no_longer_kept_the_form_says_so(
    quiet_page: Page, site: str, service: Service
) -> None:
    page = quiet_page
    service.business.settings.hold_seconds = 2
    service.business.settings.save()
    choose_a_time(page, site)
    expect(page.locator(".kept")).to_contain_text("This time is no longer kept for you.")
    expect(page.get_by_role("button", name="Keep it longer")).to_have_count(0)
