"""Every page of the admin, as the owner of another business: nothing of ours shows or changes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse

from accounts.models import Business, Membership, Role, User
from booking.models import (
    BlockedPeriod,
    Booking,
    BookingSettings,
    Resource,
    Schedule,
    Service,
    Session,
)
from booking.models import Client as BusinessClient
from notifications import outbox
from notifications.models import Message
from tests.conftest import Book, at, member
from tests.factories import ProviderFactory, ServiceFactory

SECRET = "Geheim"
OPERATORS_ONLY = {User, Membership, Group}


@pytest.fixture
def rows(booked: Book, owner: User, service: Service) -> dict[type, Any]:
    """One row of each model of our business; every name in it contains the secret."""
    business = service.business
    Business.objects.filter(pk=business.pk).update(name=f"{SECRET} business")
    Service.objects.filter(pk=service.pk).update(name=f"{SECRET} service")
    Resource.objects.update(name=f"{SECRET} person", email=f"{SECRET}@example.com")
    Schedule.objects.filter(business=business).update(name=f"{SECRET} hours")
    booking = booked(at(8), name=f"{SECRET} client", email="geheim@example.com")
    outbox.handle_events()
    message = Message.objects.filter(business=business).first()
    off = BlockedPeriod.objects.create(
        business=business, first_date="2027-03-09", last_date="2027-03-09", reason=SECRET
    )
    session = Session.objects.create(
        business=business,
        service=service,
        provider=service.providers.get(),
        starts_at=at(17, day=9),
        ends_at=at(18, day=9),
        is_planned=True,
    )
    return {
        Business: business,
        BookingSettings: business.settings,
        Service: service,
        Resource: service.providers.get(),
        Schedule: business.settings.default_schedule,
        BlockedPeriod: off,
        BusinessClient: booking.client,
        Booking: booking,
        Message: message,
        Session: session,
    }


def registered() -> Iterator[tuple[type, str]]:
    for model in admin.site._registry:
        yield model, f"admin:{model._meta.app_label}_{model._meta.model_name}"


def test_every_registered_model_is_in_this_matrix(rows: dict[type, Any]) -> None:
    assert {model for model, _ in registered()} - OPERATORS_ONLY == set(rows)


def test_the_owner_sees_every_row_of_the_matrix(
    client: Client, owner: User, rows: dict[type, Any]
) -> None:
    client.force_login(owner)
    for model, name in registered():
        if model not in OPERATORS_ONLY:
            page = client.get(reverse(f"{name}_changelist"), follow=True)
            assert page.status_code == 200
            page = client.get(reverse(f"{name}_change", args=[rows[model].pk]))
            assert page.status_code == 200, name
            assert SECRET.lower() in page.content.decode().lower(), name


def test_a_stranger_sees_nothing_in_lists_filters_forms_and_searches(
    client: Client, stranger: User, rows: dict[type, Any]
) -> None:
    client.force_login(stranger)
    pages = ["/admin/", "/admin/bookings/new/"]
    for model, name in registered():
        if model not in OPERATORS_ONLY:
            pages += [reverse(f"{name}_changelist"), f"{reverse(f'{name}_changelist')}?q=e"]
            pages += [reverse(f"{name}_add")] if _may_add(model) else []
    for address in pages:
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        assert SECRET.lower() not in page.content.decode().lower(), address


def test_a_stranger_cannot_open_change_or_delete_our_rows(
    client: Client, stranger: User, rows: dict[type, Any]
) -> None:
    client.force_login(stranger)
    before = _everything(rows)
    for model, name in registered():
        if model in OPERATORS_ONLY:
            continue
        for verb in ("change", "delete", "history"):
            address = reverse(f"{name}_{verb}", args=[rows[model].pk])
            for answer in (client.get(address), client.post(address, {"post": "yes"})):
                assert answer.status_code in {302, 403, 404}, (name, verb)
                assert SECRET.lower() not in answer.content.decode().lower()
    for verb in ("cancel", "delete"):
        address = f"/admin/sessions/{rows[Session].public_id}/{verb}/"
        assert client.post(address, {"reason": ""}).status_code == 404
        assert SECRET.lower() not in client.get(address, follow=True).content.decode().lower()
    message = rows[Message]
    new = f"/admin/bookings/new/?service={rows[Service].pk}&start=2027-03-02T09:00:00Z"
    addresses = (f"/admin/messages/{message.pk}/html/", new)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert client.post(new, {"book": "1", "client": rows[BusinessClient].pk}).status_code == 404
    assert _everything(rows) == before


def test_a_stranger_cannot_reach_our_rows_through_actions_and_foreign_keys(
    client: Client, stranger: User, rows: dict[type, Any]
) -> None:
    client.force_login(stranger)
    before = _everything(rows)
    booking, service = rows[Booking], rows[Service]
    chosen = {"action": "reject_selected", "_selected_action": [booking.pk]}
    client.post("/admin/booking/booking/", chosen)
    own = ServiceFactory.create(business=stranger.memberships.get().business)
    form = {
        "business": own.business_id,
        "name": "Mine",
        "duration_minutes": 30,
        "slot_alignment": "window",
        "color": "#000000",
        "position": 0,
        "requires_approval": "unknown",
        "price_amount": "0",
        "is_active": "on",
        "starts": "hours",
        "capacity": 1,
        "required_groups-TOTAL_FORMS": 0,
        "required_groups-INITIAL_FORMS": 0,
        "questions-TOTAL_FORMS": 0,
        "questions-INITIAL_FORMS": 0,
    }
    foreign = [
        {"providers": [rows[Resource].pk]},
        {"providers": [own.providers.get().pk], "schedule": rows[Schedule].pk},
        {"providers": [own.providers.get().pk], "business": rows[Business].pk},
    ]
    for fields in foreign:
        answer = client.post("/admin/booking/service/add/", form | fields)
        assert answer.status_code in {200, 403}
        assert SECRET.lower() not in answer.content.decode().lower()
    assert Service.objects.for_business(own.business).count() == 1
    assert Service.objects.for_business(service.business).count() == 1
    good = {"providers": [own.providers.get().pk]}
    assert client.post("/admin/booking/service/add/", form | good).status_code == 302
    assert _everything(rows) == before


def test_people_of_two_businesses_choose_for_which_one_they_add(
    client: Client, owner: User, stranger: User, rows: dict[type, Any]
) -> None:
    other = stranger.memberships.get().business
    Membership.objects.create(user=owner, business=other, role=Role.MANAGER)
    client.force_login(owner)
    page = client.get("/admin/booking/service/add/")
    assert "for which business" in page.content.decode()
    ProviderFactory.create(business=other, name="Rivals person")
    form = client.get(f"/admin/booking/service/add/?business={other.pk}").content.decode()
    assert "Rivals person" in form
    assert f"{SECRET} person" not in form


@pytest.mark.parametrize(
    ("role", "seen", "changed"),
    [
        (Role.READ_ONLY, 200, 403),
        (Role.STAFF, 200, 403),
        (Role.MANAGER, 200, 302),
        (Role.OWNER, 200, 302),
    ],
)
def test_only_managers_and_owners_change_the_hours(
    client: Client, rows: dict[type, Any], role: Role, seen: int, changed: int
) -> None:
    client.force_login(member(rows[Business], role))
    address = reverse("admin:booking_schedule_change", args=[rows[Schedule].pk])
    assert client.get(address).status_code == seen
    form = {"business": rows[Business].pk, "name": "New hours", "timezone": ""}
    for prefix in ("weekly_hours", "date_overrides"):
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    assert client.post(address, form).status_code == changed


def test_accounts_and_members_are_for_the_operator(client: Client, owner: User) -> None:
    client.force_login(owner)
    for address in ("/admin/accounts/user/", "/admin/accounts/membership/"):
        assert client.get(address).status_code == 403
    operator = User.objects.create_superuser("op@example.com", "a long password")
    client.force_login(operator)
    for address in ("/admin/accounts/user/", "/admin/accounts/membership/"):
        assert client.get(address).status_code == 200


def _may_add(model: type) -> bool:
    return model not in {Business, BookingSettings, Booking, Message}


def _everything(rows: dict[type, Any]) -> dict[str, Any]:
    found = {}
    for model, row in rows.items():
        row.refresh_from_db()
        found[model.__name__] = str(model_to_dict(row))
        try:
            model._meta.get_field("status")  # type: ignore[attr-defined]
        except FieldDoesNotExist:
            continue
        found[f"{model.__name__}.status"] = row.status
    return found
