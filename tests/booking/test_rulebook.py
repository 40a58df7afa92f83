"""Rules are compiled once, and never older than the last commit that changed one."""

from collections.abc import Callable
from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Business
from booking import rulebook
from booking.models import DateOverride, Resource, Schedule, Service, WeeklyHours, rules
from tests.factories import ProviderFactory, QuestionFactory, ServiceFactory

Change = Callable[[Service], object]


def hours(service: Service) -> WeeklyHours:
    return service.business.settings.default_schedule.weekly_hours.all()[0]


def save_settings(service: Service) -> None:
    service.business.settings.minimum_notice_minutes = 5
    service.business.settings.save()


def save_provider(service: Service) -> None:
    provider = service.providers.get()
    provider.priority = 1
    provider.save()


def save_hours(service: Service) -> None:
    row = hours(service)
    row.end = time(12)
    row.save()


def rename_business(service: Service) -> None:
    service.business.timezone = "Asia/Tokyo"
    service.business.save()


def override_a_date(service: Service) -> None:
    schedule = service.business.settings.default_schedule
    DateOverride.objects.create(schedule=schedule, date=date(2027, 3, 2))


CHANGES: dict[str, Change] = {
    "settings": save_settings,
    "service": lambda service: service.save(),
    "service, in bulk": lambda service: Service.objects.update(duration_minutes=30),
    "services, in bulk": lambda service: Service.objects.bulk_update([service], ["name"]),
    "a new service": lambda service: ServiceFactory.create(business=service.business),
    "provider": save_provider,
    "a question": lambda service: QuestionFactory.create(service=service),
    "a provider less": lambda service: service.providers.clear(),
    "a provider more": lambda service: service.providers.add(
        ProviderFactory.create(business=service.business)
    ),
    "a service of the provider": lambda service: service.providers.get().services.clear(),
    "providers, in bulk": lambda service: Resource.objects.update(is_active=False),
    "hours": save_hours,
    "hours, deleted": lambda service: hours(service).delete(),
    "schedule, deleted": lambda service: Schedule.objects.filter(name="Spare").delete(),
    "hours, all deleted": lambda service: WeeklyHours.objects.all().delete(),
    "hours, in bulk": lambda service: WeeklyHours.objects.bulk_create(
        [WeeklyHours(schedule=hours(service).schedule, weekday=6, start=time(9), end=time(17))]
    ),
    "date override": override_a_date,
    "time zone": rename_business,
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_a_rule_is_seen_at_once(service: Service, name: str) -> None:
    business = Business.objects.get(pk=service.business_id)
    Schedule.objects.create(business=business, name="Spare")
    before = rulebook.rulebook_of(business)
    CHANGES[name](service)
    business.refresh_from_db()
    assert rulebook.rulebook_of(business) is not before
    assert rulebook.rulebook_of(business) == rulebook.compile_rulebook(business.pk)


def test_while_nothing_changes_one_query_is_asked(service: Service) -> None:
    first, misses = rulebook.rulebook_of(service.business), rulebook.cache_count.misses
    with CaptureQueriesContext(connection) as queries:
        assert rulebook.rulebook_of(service.business) is first
    assert (len(queries), rulebook.cache_count.misses) == (1, misses)


def test_writing_an_old_row_back_does_not_bring_old_rules_back(service: Service) -> None:
    settings = service.business.settings
    settings.refresh_from_db()
    old = rulebook.rulebook_of(service.business)
    Service.objects.update(duration_minutes=30)
    settings.save()
    assert rulebook.rulebook_of(service.business) != old


def test_another_business_keeps_its_rules(service: Service) -> None:
    other = ServiceFactory.create().business
    kept = rulebook.rulebook_of(other)
    service.save()
    assert rulebook.rulebook_of(other) is kept


def test_no_more_businesses_are_kept_than_fit(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rulebook, "_KEEP", 1)
    rulebook._kept.clear()
    for business in (service.business, ServiceFactory.create().business):
        rulebook.rulebook_of(business)
        assert list(rulebook._kept) == [business.pk]


def test_rule_and_version_are_written_together(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(businesses: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(rules, "renew_version", fail)
    for change in ("service", "service, in bulk", "hours", "hours, all deleted", "hours, in bulk"):
        before = list(Service.objects.values()), list(WeeklyHours.objects.values())
        with pytest.raises(ConnectionError):
            CHANGES[change](service)
        assert (list(Service.objects.values()), list(WeeklyHours.objects.values())) == before


def test_the_business_is_the_one_in_the_database(service: Service) -> None:
    rulebook.rulebook_of(service.business)
    Business.objects.filter(pk=service.business_id).update(timezone="Asia/Tokyo", name="Anew")
    rules = rulebook.rulebook_of(service.business)
    assert (rules.timezone, rules.offered[service.slug].business.name) == ("Asia/Tokyo", "Anew")


def test_the_rules_are_found_by_the_present_slug(service: Service) -> None:
    business = service.business
    assert rulebook.rulebook_at("salon-mara") is rulebook.rulebook_of(business)
    business.slug = "salon-maria"
    business.save()
    assert rulebook.rulebook_at("salon-mara") is None


def test_the_offered_services_know_their_business_without_a_query(service: Service) -> None:
    ServiceFactory.create(business=service.business, slug="archived", is_active=False)
    offered = rulebook.rulebook_of(service.business).offered
    with CaptureQueriesContext(connection) as queries:
        assert offered["haircut"].business.settings.is_active
    assert (list(offered), len(queries)) == (["haircut"], 0)
