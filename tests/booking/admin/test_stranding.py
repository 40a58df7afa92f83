"""Rules that change under bookings made before: they are named first, and kept."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from booking.admin.stranding import AsksBeforeStranding
from booking.models import (
    BlockedPeriod,
    Booking,
    BookingSettings,
    DateOverride,
    Resource,
    Schedule,
    Service,
    WeeklyHours,
)
from booking.operations import cancel_booking
from booking.rulebook import rulebook_of
from tests.booking.web.test_pages import text_of
from tests.conftest import CLIENT, Book, at, member
from tests.factories import ServiceFactory

Fields = dict[str, Any]
Page = tuple[str, Fields]
Change = Callable[[Service], Page]
RULES = (BlockedPeriod, BookingSettings, DateOverride, Resource, Schedule, Service, WeeklyHours)


def address(row: Any, verb: str = "change") -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{verb}"
    return reverse(name, args=[row.pk] if row.pk else [])


def hours_without_tuesday(service: Service) -> Page:
    return address(service.business.settings.default_schedule), {"weekly_hours-1-DELETE": "on"}


def a_date_closed(service: Service) -> Page:
    closed = {"date_overrides-TOTAL_FORMS": 1, "date_overrides-0-date": "2027-03-02"}
    return address(service.business.settings.default_schedule), closed


def a_day_off(service: Service) -> Page:
    return address(BlockedPeriod(), "add"), {"first_date": "2027-03-02"}


def a_day_off_moved(service: Service) -> Page:
    period = BlockedPeriod.objects.create(
        business=service.business, first_date="2027-03-09", last_date="2027-03-09"
    )
    return address(period), {"first_date": "2027-03-02"}


def the_service_archived(service: Service) -> Page:
    return address(service), {"is_active": None}


def the_service_narrowed(service: Service) -> Page:
    return address(service), {"schedule": evenings(service).pk}


def nobody_offers_it(service: Service) -> Page:
    other = Resource.objects.create(business=service.business, name="Other")
    return address(service), {"providers": [other.pk]}


def the_provider_archived(service: Service) -> Page:
    return address(service.providers.get()), {"is_active": None}


def other_opening_hours(service: Service) -> Page:
    return address(service.business.settings), {"default_schedule": evenings(service).pk}


def evenings(service: Service) -> Schedule:
    schedule = Schedule.objects.create(business=service.business, name="Evenings")
    schedule.weekly_hours.create(weekday=1, start="18:00", end="22:00")
    return schedule


CHANGES: list[Change] = [
    hours_without_tuesday,
    a_date_closed,
    a_day_off,
    a_day_off_moved,
    the_service_archived,
    the_service_narrowed,
    nobody_offers_it,
    the_provider_archived,
    other_opening_hours,
]


@pytest.fixture
def desk(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def fields_of(page: Any, **changed: Any) -> Fields:
    """The form of a page as a browser sends it, with some fields changed or (None) left out."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = {field.html_name: field.value() for form in forms for field in form} | changed
    # An unticked box is not sent; a nought is.
    return {
        name: value for name, value in fields.items() if value is not None and value is not False
    }


def save(desk: Client, change: Page) -> Any:
    where, changed = change
    return desk.post(where, fields_of(desk.get(where), **changed))


def sent_again(asked: Any) -> dict[str, list[str]]:
    """What the hidden fields of the page that asks hold."""
    fields: dict[str, list[str]] = {}
    hidden = r'<input type="hidden" name="([^"]*)" value="([^"]*)">'
    for name, value in re.findall(hidden, asked.content.decode()):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return fields


def rules() -> dict[str, list[Any]]:
    models: list[Any] = [*RULES, Service.providers.through]
    return {model.__name__: list(model.objects.values()) for model in models}


def bookings() -> list[Any]:
    return list(Booking.objects.values())


@pytest.mark.parametrize("change", CHANGES)
def test_bookings_that_are_hit_are_named_first_and_kept(
    desk: Client, booked: Book, service: Service, change: Change
) -> None:
    booking = booked(at(8))
    where, fields = change(service)
    before, kept, compiled = rules(), bookings(), rulebook_of(service.business)
    asked = save(desk, (where, fields))
    assert asked.status_code == 200
    assert "1 booking would no longer fit" in text_of(asked)
    assert f"Tue 2 Mar, 09:00 Eva Klein Haircut {booking.provider.name}" in text_of(asked)
    assert f'href="/admin/bookings/{booking.reference}/decide/"' in asked.content.decode()
    assert (rules(), rulebook_of(service.business)) == (before, compiled)
    saved = desk.post(where, sent_again(asked), follow=True)
    assert len(saved.redirect_chain) > 0
    assert "1 booking was kept as before." in text_of(saved)
    assert rules() != before
    assert bookings() == kept


@pytest.mark.parametrize("change", CHANGES)
def test_where_nobody_is_hit_nothing_is_asked(
    desk: Client, booked: Book, service: Service, change: Change
) -> None:
    cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    before, chosen = rules(), change(service)
    saved = save(desk, chosen)
    assert (saved.status_code, rules() == before) == (302, False)
    assert "kept as before" not in text_of(desk.get(saved["Location"], follow=True))


@pytest.mark.parametrize("change", CHANGES)
def test_back_at_the_form_it_is_as_it_was_typed(
    desk: Client, booked: Book, service: Service, change: Change
) -> None:
    booked(at(8))
    where, fields = change(service)
    before, asked = rules(), save(desk, (where, fields))
    form = desk.post(where, sent_again(asked) | {"_back_to_form": "Back to the form"})
    assert (form.status_code, "errornote" in form.content.decode()) == (200, False)
    asked_again = desk.post(where, fields_of(form))
    assert "1 booking would no longer fit" in text_of(asked_again)
    assert rules() == before
    assert desk.post(where, sent_again(asked_again)).status_code == 302


def test_text_comes_through_the_question_as_it_was_typed(
    desk: Client, booked: Book, service: Service
) -> None:
    booked(at(8))
    typed = 'Two lines,\r\nand "quotes" & <b>'
    asked = save(desk, (address(service), {"is_active": None, "description": typed}))
    desk.post(address(service), sent_again(asked))
    service.refresh_from_db()
    assert service.description == typed


def test_the_button_that_was_pressed_is_remembered(
    desk: Client, booked: Book, service: Service
) -> None:
    booked(at(8))
    where = address(service)
    asked = save(desk, (where, {"is_active": None, "_continue": "Save and continue editing"}))
    assert desk.post(where, sent_again(asked))["Location"] == where


def test_no_page_that_asks_takes_files(service: Service) -> None:
    """Hidden fields could not carry them through the question."""
    pages = [
        page for page in admin.site._registry.values() if isinstance(page, AsksBeforeStranding)
    ]
    assert len(pages) == 5
    assert [page for page in pages if page.form().is_multipart()] == []


def test_an_answer_counts_only_for_the_bookings_that_were_named(
    desk: Client, booked: Book, service: Service
) -> None:
    booked(at(8))
    where, fields = hours_without_tuesday(service)
    asked = save(desk, (where, fields))
    booked(at(10), name="Jo Late", email="jo@example.com")
    before = rules()
    asked_again = desk.post(where, sent_again(asked))
    assert "2 bookings would no longer fit" in text_of(asked_again)
    assert "Jo Late" in text_of(asked_again)
    assert rules() == before
    assert desk.post(where, sent_again(asked_again)).status_code == 302


def test_what_was_cancelled_meanwhile_is_no_reason_to_ask_again(
    desk: Client, booked: Book, service: Service
) -> None:
    booked(at(8))
    where, fields = hours_without_tuesday(service)
    gone = booked(at(10))
    asked = save(desk, (where, fields))
    cancel_booking(booking=gone, reason="", actor=CLIENT)
    saved = desk.post(where, sent_again(asked), follow=True)
    assert "1 booking was kept as before." in text_of(saved)


def test_what_did_not_fit_before_is_not_asked_about(
    desk: Client, booked: Book, service: Service
) -> None:
    booked(at(8))
    where, fields = a_day_off(service)
    desk.post(where, sent_again(save(desk, (where, fields))))
    assert save(desk, a_day_off(service)).status_code == 302
    assert save(desk, hours_without_tuesday(service)).status_code == 302


@pytest.mark.parametrize("answer", ["", "x", "9" * 30, "\x00", "-1"])
def test_no_made_up_answer_goes_on(
    desk: Client, booked: Book, service: Service, answer: str
) -> None:
    booked(at(8))
    where, fields = a_day_off(service)
    asked = save(desk, (where, fields | {"_keep_bookings": answer}))
    assert "1 booking would no longer fit" in text_of(asked)
    assert not BlockedPeriod.objects.exists()


def test_many_are_counted(desk: Client, booked: Book, service: Service) -> None:
    for day in (2, 3, 4):
        for hour in range(8, 16):
            booked(at(hour, day=day))
    asked = save(desk, (address(service), {"is_active": None}))
    assert "24 bookings would no longer fit" in text_of(asked)
    assert text_of(asked).count("Eva Klein") == 20
    assert "… and 4 more" in text_of(asked)
    saved = desk.post(address(service), sent_again(asked), follow=True)
    assert "24 bookings were kept as before." in text_of(saved)


def test_bookings_of_another_business_are_never_named(
    desk: Client, booked: Book, service: Service, stranger: User
) -> None:
    theirs = ServiceFactory.create(business=stranger.memberships.get().business)
    booked(at(8), service=theirs, name="Not ours")
    assert save(desk, a_day_off(service)).status_code == 302
    BlockedPeriod.objects.all().delete()
    booked(at(8))
    asked = text_of(save(desk, a_day_off(service)))
    assert ("Eva Klein" in asked, "Not ours" in asked) == (True, False)


@pytest.mark.parametrize("change", CHANGES)
def test_who_may_only_see_can_neither_ask_nor_go_on(
    client: Client, desk: Client, booked: Book, service: Service, change: Change
) -> None:
    booking = booked(at(8))
    where, changed = change(service)
    fields = fields_of(desk.get(where), **changed)
    client.force_login(member(service.business, Role.READ_ONLY))
    before = rules()
    for answer in ({}, {"_keep_bookings": str(booking.pk)}, {"_back_to_form": ""}):
        assert client.post(where, fields | answer).status_code == 403
    assert rules() == before


def test_many_cost_no_more_queries_than_few(desk: Client, booked: Book, service: Service) -> None:
    def count() -> int:
        fields = fields_of(desk.get(address(service)), is_active=None)
        rulebook_of(service.business)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.post(address(service), fields).status_code == 200
        return len(queries)

    booked(at(8))
    few = count()
    for day in (3, 4, 5):
        for hour in range(8, 16):
            booked(at(hour, day=day))
    assert count() == few
    assert few < 60
