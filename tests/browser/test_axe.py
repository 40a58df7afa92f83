"""What axe finds wrong on a page, by the rules of WCAG 2.0 to 2.2, A and AA: nothing, anywhere."""

from collections.abc import Iterable
from urllib.parse import urlencode

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import Role, User
from booking import links
from booking.client_links import KNOWN, PAGE, token_of
from booking.lifecycle import Status
from booking.models import Booking, Service
from booking.operations import request_erasure
from config.core import clock
from notifications.models import Message
from notifications.tasks import dispatch
from tests.booking.clients import let_return
from tests.browser.salon import book_in_state, in_days, open_salon
from tests.factories import BusinessFactory, MembershipFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Without a list axe leaves wcag22aa out, and with it the size of what one taps.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# All other rules find the same in every colour.
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
LOOKS = {
    "light": {"runOnly": {"type": "tag", "values": TAGS}},
    "dark": {"runOnly": {"type": "rule", "values": RULES_OF_COLOUR}},
}
RUN = "options => axe.run(options).then(results => results.violations)"
WIDTHS = (1280, 390)


@pytest.fixture
def service(transactional_db: None) -> Service:
    return open_salon()


@pytest.fixture
def visitor(browser: Browser) -> Page:
    return still(browser).new_page()


@pytest.fixture
def owner(browser: Browser, site: str, service: Service) -> Page:
    user: User = MembershipFactory.create(business=service.business, role=Role.OWNER).user
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context = still(browser)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return context.new_page()


def still(browser: Browser) -> BrowserContext:
    """Without motion: a colour on its way to another has a contrast that nobody sees."""
    return browser.new_context(timezone_id="Europe/Berlin", reduced_motion="reduce")


def violations(page: Page, site: str, paths: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong, by page and look, with the elements that are meant."""
    found: dict[str, list[str]] = {}
    for path in paths:
        page.goto(site + path)
        found |= violations_here(page, path)
    return found


def violations_here(page: Page, name: str) -> dict[str, list[str]]:
    found = {}
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, options in LOOKS.items():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if wrong := page.evaluate(RUN, options):
                found[f"{name} {width} {scheme}"] = [
                    f"{rule['id']}: {node['target']}" for rule in wrong for node in rule["nodes"]
                ]
    return found


def own(booking: Booking, page: str = "own") -> str:
    return reverse(f"booking:{page}", args=[links.manage_token(booking)])


def test_pages_on_the_way_to_a_booking(visitor: Page, site: str, service: Service) -> None:
    BusinessFactory.create(name="Another one", slug="another")
    taken = in_days(20, 10)
    book_in_state(service, taken)
    page = "/book/salon-mara/haircut/"
    month = f"{page}?date={in_days(20, 12):%Y-%m-%d}"
    last_month = in_days(-31, 12)
    confirm = f"{page}confirm/?"
    paths = [
        *("/", "/book/salon-mara/", month, f"{page}?month={last_month:%Y-%m}"),
        confirm + urlencode({"start": in_days(20, 12).isoformat(), "tz": "America/New_York"}),
        confirm + urlencode({"start": taken.isoformat()}),
    ]
    assert violations(visitor, site, paths) == {}

    visitor.goto(site + confirm + urlencode({"start": in_days(20, 12).isoformat()}))
    visitor.get_by_role("button", name="Book this time").click()
    visitor.get_by_text("Please check these details.").wait_for()
    assert violations_here(visitor, "form with errors") == {}


def test_own_page_in_each_state(visitor: Page, site: str, service: Service) -> None:
    """Too late to cancel; the last two are far enough ahead, and over."""
    settings = service.business.settings
    settings.cancellation_notice_minutes = 25 * 24 * 60
    settings.save()
    made = [
        book_in_state(service, in_days(10 + number, 10), status)
        for number, status in enumerate(Status)
    ]
    ahead, over = (book_in_state(service, in_days(day, 10)) for day in (40, 41))
    Booking.objects.filter(pk=over.pk).update(starts_at=clock.now(), ends_at=clock.now())
    paths = [own(booking) for booking in (*made, ahead, over)]
    paths += [own(booking, "cancel") for booking in (made[0], ahead)]
    assert violations(visitor, site, paths) == {}


def test_client_page_and_the_ways_to_it(visitor: Page, site: str, service: Service) -> None:
    let_return(service)
    request = book_in_state(service, in_days(20, 10), Status.PENDING)
    for number, status in enumerate((Status.CONFIRMED, Status.CANCELLED, Status.COMPLETED)):
        book_in_state(service, in_days(10 + number, 10), status)
    client = request.client
    tokens = {purpose: token_of(client, purpose) for purpose in (PAGE, KNOWN)}
    paths = [
        *("/booking/lost/?business=salon-mara", "/booking/lost/?sent=yes"),
        *(f"/client/{tokens[PAGE]}/", f"/client/{tokens[PAGE]}/erase/"),
        f"/booking/{links.prove_token(request)}/it-is-me/",
        f"/book/salon-mara/?known={tokens[KNOWN]}",
    ]
    assert violations(visitor, site, paths) == {}

    request_erasure(client=client)
    assert violations(visitor, site, paths[2:4]) == {}


def test_pages_that_lead_nowhere(visitor: Page, site: str, service: Service) -> None:
    ServiceFactory.create(business=service.business, slug="gone", name="Gone", is_active=False)
    closed = BusinessFactory.create(name="Closed", slug="closed", settings__is_active=False)
    paths = ["/book/salon-mara/gone/", f"/book/{closed.slug}/", "/booking/not-a-token/", "/none"]
    assert violations(visitor, site, paths) == {}


def test_admin(owner: Page, visitor: Page, site: str, service: Service) -> None:
    booked = book_in_state(service, in_days(10, 10))
    waiting = book_in_state(service, in_days(10, 12), Status.PENDING)
    dispatch()
    message = Message.objects.latest("id")
    business = service.business.settings
    new = f"bookings/new/?service={service.pk}"
    early, taken = (f"{new}&date={in_days(10, 12):%Y-%m-%d}&at={at}" for at in ("07:00", "10:00"))
    paths = [
        *(new, early, taken),
        *("", "booking/booking/", f"bookings/{waiting.reference}/decide/"),
        *(f"booking/booking/{booked.pk}/change/", f"booking/service/{service.pk}/change/"),
        f"booking/schedule/{business.default_schedule_id}/change/",
        f"booking/bookingsettings/{business.pk}/change/",
        *("notifications/message/", f"notifications/message/{message.pk}/change/"),
    ]
    found = violations(owner, site, [f"/admin/{path}" for path in paths])
    assert found | violations(visitor, site, ["/admin/login/"]) == {}


def test_question_before_bookings_are_stranded(owner: Page, site: str, service: Service) -> None:
    book_in_state(service, in_days(10, 10))
    owner.goto(f"{site}/admin/booking/service/{service.pk}/change/")
    owner.get_by_role("checkbox", name="Can be booked").uncheck()
    owner.get_by_role("button", name="Save", exact=True).click()
    owner.get_by_role("button", name="Back to the form").wait_for()
    assert violations_here(owner, "question") == {}
