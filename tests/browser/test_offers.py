"""Staff offer other times, the client takes one: in a real browser, each way."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import Role, User
from booking.lifecycle import Status
from booking.models import Booking, Hold, Service
from booking.operations import Details, book
from booking.wish import Wish
from tests.browser.salon import CLIENT, in_days, open_salon
from tests.browser.test_booking import link_in, mails
from tests.factories import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def service(transactional_db: None) -> Service:
    made = open_salon()
    made.requires_approval = True
    made.save()
    return made


@pytest.fixture
def owner(service: Service) -> User:
    user: User = MembershipFactory.create(business=service.business, role=Role.OWNER).user
    return user


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_staff_offer_other_times_and_the_client_takes_one(
    browser: Browser,
    site: str,
    mail_folder: Path,
    service: Service,
    owner: User,
    javascript: bool,
) -> None:
    booking = book(
        wish=Wish(service=service),
        start=in_days(5, 10),
        details=Details(name="Eva Klein", email="eva@example.com", timezone="Europe/Berlin"),
        actor=CLIENT,
    )
    staff = browser.new_context(java_script_enabled=javascript).new_page()
    staff.goto(link_in(mails(mail_folder)[owner.email], "/decide/"))
    staff.get_by_label("E-mail").fill(owner.email)
    staff.get_by_label("Password").fill("a long password")
    staff.get_by_role("button", name="Log in").click()
    staff.get_by_role("link", name="Offer other times").click()
    free = staff.locator(".desk-offers").filter(has_text=re.compile("."))
    free.nth(1).get_by_label("11:00").check()
    free.nth(2).get_by_label("09:00").check()
    staff.get_by_label("Message").fill("One of these?")
    staff.get_by_role("button", name="Offer these times").click()
    expect(staff.get_by_text("Offered, and kept until then.")).to_be_visible()
    starts = [hold.session.starts_at for hold in Hold.objects.order_by("session__starts_at")]
    assert starts == [in_days(5, 11), in_days(6, 9)]

    letter = mails(mail_folder)["eva@example.com"]
    client = browser.new_context(
        java_script_enabled=javascript, timezone_id="Europe/Berlin"
    ).new_page()
    client.goto(link_in(letter, "/booking/"))
    expect(client.get_by_role("heading", level=1)).to_have_text("Salon Mara offers you other times")
    client.get_by_role("button", name="Take").nth(1).click()
    expect(client.get_by_role("heading", level=1)).to_have_text("You are booked")
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == (Status.CONFIRMED, in_days(6, 9))
    assert (Booking.objects.count(), Hold.objects.count()) == (1, 0)
