from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Business
from booking.models import Service
from tests.booking.api.conftest import Api, problem_of
from tests.factories import ProviderFactory, QuestionFactory, ServiceFactory

BUSINESS_KEYS = [
    "name",
    "slug",
    "description",
    "address",
    "phone",
    "email",
    "website",
    "timezone",
    "currency",
    "locale",
    "settings",
]
SETTINGS_KEYS = [
    "is_active",
    "requires_approval",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "minimum_notice_minutes",
    "booking_horizon_days",
    "cancellation_notice_minutes",
]
SERVICE_KEYS = [
    "id",
    "slug",
    "name",
    "description",
    "duration_minutes",
    "durations_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "capacity",
    "price",
    "color",
    "requires_approval",
    "questions",
    "providers",
]


def test_a_business_says_what_a_client_may_know(api: Api) -> None:
    answer = api.get().json()
    assert list(answer) == BUSINESS_KEYS
    assert list(answer["settings"]) == SETTINGS_KEYS
    assert (answer["name"], answer["timezone"]) == ("Salon Mara", "Europe/Berlin")
    assert answer["settings"]["is_active"] is True


def test_a_former_slug_still_leads_to_the_business(api: Api, business: Business) -> None:
    business.slug = "salon-maria"
    business.save()
    assert api.get().json()["slug"] == "salon-maria"


def test_services_say_what_can_be_booked(api: Api, service: Service) -> None:
    service.price_amount, service.buffer_before_minutes = 5000, 10
    service.save()
    QuestionFactory.create(service=service, is_required=True)
    [answer] = api.get("services/").json()
    [provider] = service.providers.all()
    assert list(answer) == SERVICE_KEYS
    assert answer["price"] == {"amount": 5000, "currency": "EUR"}
    assert (answer["buffer_before_minutes"], answer["buffer_after_minutes"]) == (10, 0)
    assert answer["providers"] == [{"id": str(provider.public_id), "name": provider.name}]
    assert answer["questions"] == [
        {
            "key": "topic",
            "label": "What is it about?",
            "type": "text",
            "required": True,
            "choices": [],
        }
    ]


def test_nothing_archived_nor_foreign_is_among_the_services(api: Api, service: Service) -> None:
    ServiceFactory.create(business=service.business, is_active=False)
    ServiceFactory.create()
    service.providers.add(ProviderFactory.create(business=service.business, is_active=False))
    [answer] = api.get("services/").json()
    assert answer["slug"] == "haircut"
    assert len(answer["providers"]) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_services_take_as_many_queries_for_three_as_for_one(
    api: Api, business: Business, count: int
) -> None:
    for service in ServiceFactory.create_batch(count, business=business):
        QuestionFactory.create(service=service)
    with CaptureQueriesContext(connection) as queries:
        assert len(api.get("services/").json()) == count
    assert len(queries) == 4


def test_a_closed_business_can_still_be_read_and_says_so(
    api: Api, business: Business, settings: Any
) -> None:
    settings.BOOKING_ENABLED = False
    assert api.get().json()["settings"]["is_active"] is False
    settings.BOOKING_ENABLED = True
    business.settings.paused_until = date(2027, 3, 2)
    business.settings.save()
    assert api.get().json()["settings"]["is_active"] is False


def test_an_unknown_business_is_not_found_anywhere(api: Api, service: Service) -> None:
    for path in ("", "services/", "availability/?service=haircut&start=2027-03-02&end=2027-03-02"):
        assert problem_of(api.get(f"/api/v1/businesses/nobody/{path}")) == (404, "not_found")
    for path in ("holds/", "bookings/"):
        assert problem_of(api.post(f"/api/v1/businesses/nobody/{path}")) == (404, "not_found")
