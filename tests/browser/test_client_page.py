"""From a lost link to the next visit, as a client goes with and without scripts."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from booking import client_links, links
from booking.lifecycle import Status
from booking.models import Booking, Client, Service
from booking.operations import send_asked_links
from notifications import messages, outbox
from tests.booking.clients import let_return
from tests.browser.salon import book_in_state, in_days, open_salon
from tests.browser.test_booking import link_in, mails
from tests.browser.test_picky_stranger import CUT, SCROLLS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def service(transactional_db: None, mail_folder: Path) -> Service:
    """Eva has been there once and comes again; her next request would need approval."""
    service = open_salon()
    booking = book_in_state(service, in_days(21, 10))
    begin = in_days(-21, 10)
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=begin, ends_at=begin + timedelta(hours=1)
    )
    book_in_state(service, in_days(20, 15))
    let_return(service)
    return service


def link_of_mail(folder: Path, path: str) -> str:
    """The address below `path` in the newest mail to the client, once everything is sent."""
    send_asked_links()
    outbox.handle_events()
    messages.send_due()
    return link_in(mails(folder)["eva@example.com"], path)


@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_lost_link_leads_to_the_next_visit(
    browser: Browser, site: str, service: Service, mail_folder: Path, with_scripts: bool
) -> None:
    page = browser.new_context(
        java_script_enabled=with_scripts, timezone_id="Europe/Berlin"
    ).new_page()
    page.goto(f"{site}/book/salon-mara/")
    page.get_by_role("link", name="Find your bookings").click()
    page.get_by_role("button", name="Send me my links").click()
    expect(page.get_by_text("Please fill this in.").first).to_be_visible()
    page.get_by_label("Your e-mail address").fill("eva@example.com")
    page.get_by_role("button", name="Send me my links").click()
    expect(page.get_by_text("If this address has bookings with us")).to_be_visible()

    page.goto(link_of_mail(mail_folder, "/client/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visits")
    expect(page.locator(".visit")).to_have_count(2)
    page.get_by_role("link", name="Book again").click()
    page.get_by_role("link", name="Haircut").click()
    page.get_by_role("link", name="Next month").click()
    page.locator("a.day[href]").nth(2).click()
    page.locator(".time").first.click()
    expect(page.get_by_text("you are booked at once")).to_be_visible()
    page.get_by_label("Name").fill("Eva Klein")
    page.get_by_label("E-mail").fill("eva@example.com")
    page.get_by_label("What is it about?").fill("A wedding")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")
    assert Booking.objects.latest("pk").status == Status.CONFIRMED


@pytest.mark.parametrize("with_scripts", [True, False])
def test_one_click_on_the_mail_books(
    browser: Browser, site: str, service: Service, mail_folder: Path, with_scripts: bool
) -> None:
    page = browser.new_context(java_script_enabled=with_scripts).new_page()
    booking = book_in_state(service, in_days(20, 10), Status.PENDING)
    page.goto(link_of_mail(mail_folder, "/booking/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Was it you who asked for this time?")
    page.get_by_role("button", name="Yes, book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_the_data_and_the_wish_to_be_erased(
    quiet_page: Page, site: str, service: Service, mail_folder: Path
) -> None:
    page = quiet_page
    page.goto(f"{site}/booking/lost/")
    page.get_by_label("Your e-mail address").fill("eva@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    page.goto(link_of_mail(mail_folder, "/client/"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your data").click()
    assert download.value.suggested_filename == "salon-mara-my-data.json"
    page.get_by_role("link", name="Ask us to erase my data").click()
    page.get_by_role("link", name="Keep everything").click()
    assert Client.objects.get().erase_requested_at is None
    page.get_by_role("link", name="Ask us to erase my data").click()
    page.get_by_role("button", name="Ask to erase my data").click()
    expect(page.get_by_text("You have asked Salon Mara to erase your data.")).to_be_visible()
    assert Client.objects.get().erase_requested_at is not None


def test_every_page_is_whole_at_every_width(page: Page, site: str, service: Service) -> None:
    eva = Client.objects.get()
    token = client_links.token_of(eva, client_links.PAGE)
    asked = links.prove_token(book_in_state(service, in_days(20, 10), Status.PENDING))
    wrong = []
    for address in (
        *("/booking/lost/?business=salon-mara", "/booking/lost/?sent=yes"),
        *(f"/client/{token}/", f"/client/{token}/erase/", f"/booking/{asked}/it-is-me/"),
    ):
        page.goto(site + address)
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(SCROLLS) or page.evaluate(CUT):
                wrong.append((address, width, page.evaluate(CUT)))
    assert wrong == []
