"""What each provider has to do around a start, counted by the database."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.availability import Workload
from booking.models import Claim, Resource, Service
from booking.taken import instant
from booking.workloads import workloads
from config.core.clock import now
from tests.factories import PlannedSessionFactory, ProviderFactory

# A Wednesday; the week began on Monday, 31 May.
START = datetime(2027, 6, 2, 10, tzinfo=UTC)


def works(service: Service, *starts: str) -> None:
    """One-hour sessions of the service's provider."""
    for text in starts:
        start = datetime.fromisoformat(text).replace(tzinfo=UTC)
        PlannedSessionFactory.create(service=service, starts_at=start)


def load(provider: Resource, business_tz: str = "UTC") -> Workload | None:
    found = workloads([provider.pk], start=START, business_tz=business_tz, now=now())
    return found.get(provider.pk)


def test_all_of_the_week_counts_and_the_last_before_the_start_ends(
    service: Service, provider: Resource
) -> None:
    works(service, "2027-05-30T22:00", "2027-05-31T00:00", "2027-06-02T12:00", "2027-06-06T23:59")
    works(service, "2027-06-07T01:00")
    ended = datetime(2027, 5, 31, 1, tzinfo=UTC)
    assert load(provider) == Workload(3, instant(ended))


def test_week_begins_at_midnight_of_the_business(service: Service, provider: Resource) -> None:
    # Monday begins at noon on Sunday, in UTC.
    works(service, "2027-05-30T10:59", "2027-05-30T12:00")
    found = load(provider, "Pacific/Auckland")
    assert found
    assert found.sessions_in_week == 1


@pytest.mark.parametrize("start", ["2027-05-18T09:59", "2027-06-07T00:00"])
def test_who_had_nothing_to_do_for_two_weeks_is_not_listed(
    service: Service, provider: Resource, start: str
) -> None:
    works(service, start)
    assert load(provider) is None


def test_nothing_before_the_start(service: Service, provider: Resource) -> None:
    works(service, "2027-06-02T10:00")
    assert load(provider) == Workload(1, None)


def test_time_that_is_kept_no_longer_does_not_count(service: Service, provider: Resource) -> None:
    works(service, "2027-06-02T08:00", "2027-06-02T12:00")
    Claim.objects.filter(starts_at__lt=START).update(expires_at=now() - timedelta(seconds=1))
    assert load(provider) == Workload(1, None)


def test_each_provider_has_a_load_of_their_own(service: Service, provider: Resource) -> None:
    other = ProviderFactory.create(business=service.business)
    works(service, "2027-06-01T08:00")
    found = workloads([provider.pk, other.pk], start=START, business_tz="UTC", now=now())
    assert list(found) == [provider.pk]
