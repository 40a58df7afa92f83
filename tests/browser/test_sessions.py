"""Sessions are planned on one page: by hand, on a phone, and for a screen reader."""

import re

import pytest
from playwright.sync_api import Page, expect

from booking.models import ActorKind, Service, Session, Source
from booking.operations import Actor, Terms, plan_sessions
from tests.browser.salon import in_days
from tests.browser.test_axe import owner, service, violations, violations_here
from tests.factories import ServiceFactory

__all__ = ["owner", "service"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STAFF = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN)


@pytest.fixture
def session(service: Service) -> Session:
    """Of a class, planned for in two weeks at 18:00."""
    lesson = ServiceFactory.create(
        business=service.business, name="Styling class", starts="planned", capacity=6
    )
    [made] = plan_sessions(
        service=lesson,
        provider=lesson.providers.get(),
        starts=[in_days(14, 18)],
        terms=Terms(capacity=6),
        actor=STAFF,
    )
    return made


def test_nothing_is_wrong_on_these_pages(owner: Page, site: str, session: Session) -> None:
    paths = [
        "/admin/booking/session/",
        "/admin/booking/session/add/",
        f"/admin/booking/session/{session.pk}/change/",
        f"/admin/sessions/{session.public_id}/cancel/",
        f"/admin/booking/service/{session.service_id}/why/?day={session.starts_at:%Y-%m-%d}",
    ]
    assert violations(owner, site, paths) == {}


def test_a_series_with_a_date_in_the_way_is_planned_without_it(
    owner: Page, site: str, session: Session
) -> None:
    page = owner
    page.goto(f"{site}/admin/booking/session/add/")
    expect(page.get_by_label("Every … weeks")).to_be_hidden()
    page.get_by_label("Yes, from week to week").check()
    expect(page.get_by_label("Every … weeks")).to_be_visible()
    page.get_by_label("Date").fill(f"{in_days(7, 18):%Y-%m-%d}")
    page.get_by_role("textbox", name="Time").fill("18:30")
    page.get_by_label("Or so many times").fill("3")
    page.get_by_role("button", name="Plan", exact=True).click()
    conflicts = page.locator("#conflicts")
    expect(conflicts).to_be_focused()
    expect(conflicts).to_contain_text("Taken by the session Styling class")
    assert violations_here(page, "conflicts") == {}
    page.get_by_role("button", name="Leave these dates out").click()
    expect(page.locator(".messagelist")).to_have_text(re.compile("2 sessions are planned"))
    assert Session.objects.count() == 3


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_page_fits_its_screen(owner: Page, site: str, session: Session, width: int) -> None:
    page = owner
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        "booking/session/",
        "booking/session/add/",
        f"booking/session/{session.pk}/change/",
        f"sessions/{session.public_id}/cancel/",
    ):
        page.goto(f"{site}/admin/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
