"""Limits count sessions by the local date of their start: rule 8 of the rules of time."""

import pytest
import time_machine

from booking import offers
from booking.availability import Refusal
from booking.lifecycle import Status
from booking.models import Resource, Service
from booking.operations import SlotUnavailable, cancel_booking
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.wish import Wish
from config.core import clock as present
from tests.conftest import CLIENT, NOW, Book, at
from tests.factories import ProviderFactory, ServiceFactory


def limit(row: Service | Resource, **limits: int) -> None:
    for name, most in limits.items():
        setattr(row, f"limit_per_{name}", most)
    row.full_clean(exclude=["slug"])
    row.save()


def refused(booked: Book, day: int, hour: int, **given: object) -> frozenset[Refusal]:
    with pytest.raises(SlotUnavailable) as refusal:
        booked(at(hour, day=day), **given)
    return refusal.value.reasons


def free_days(service: Service) -> list[int]:
    """The days of March 2027 on which something is free."""
    slots = offers.find_slots(
        rulebook_of(service.business),
        Wish(service=service),
        first=NOW.date(),
        last=NOW.date().replace(day=19),
        viewer_tz="Europe/Berlin",
        now=present.now(),
    )
    return sorted({moment(slot.starts_at).day for slot in slots})


def test_a_full_day_offers_nothing_more(booked: Book, service: Service) -> None:
    limit(service, day=2)
    assert 2 in free_days(service)
    booked(at(8))
    booked(at(9))
    assert 2 not in free_days(service)
    assert refused(booked, 2, 10) == {Refusal.LIMIT}
    booked(at(8, day=3))


def test_a_week_begins_on_monday(booked: Book, service: Service) -> None:
    limit(service, week=1)
    booked(at(8, day=5))
    assert free_days(service)[0] == 8
    assert refused(booked, 2, 8) == {Refusal.LIMIT}
    booked(at(8, day=8))


def test_a_month_is_counted_to_its_end(
    booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    limit(service, month=1)
    booked(at(8, day=19))
    assert free_days(service) == []
    clock.move_to(at(6, day=30))
    assert refused(booked, 31, 8) == {Refusal.LIMIT}


def test_what_is_cancelled_is_not_counted(booked: Book, service: Service) -> None:
    limit(service, day=1)
    cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    assert booked(at(9)).status == Status.CONFIRMED


def test_a_request_that_has_lapsed_is_not_counted(
    booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    limit(service, day=1)
    service.requires_approval = True
    service.save()
    booked(at(8, day=4))
    assert refused(booked, 4, 10) == {Refusal.LIMIT}
    clock.move_to(at(6, day=2))
    booked(at(10, day=4))


def test_a_providers_limit_counts_all_their_services_and_nobody_elses(
    booked: Book, service: Service, provider: Resource
) -> None:
    other = ServiceFactory.create(
        business=service.business,
        providers=[provider, ProviderFactory.create(business=service.business)],
    )
    limit(provider, day=1)
    booked(at(8), service=other, provider_id=provider.pk)
    assert refused(booked, 2, 10) == {Refusal.LIMIT}
    assert booked(at(10), service=other).provider != provider


def test_a_services_limit_counts_whoever_gives_it(booked: Book, service: Service) -> None:
    service.providers.add(ProviderFactory.create(business=service.business))
    limit(service, day=1)
    booked(at(8))
    assert refused(booked, 2, 10) == {Refusal.LIMIT}


@pytest.mark.parametrize("most", [0, 10_001])
def test_a_limit_lets_something_through(service: Service, most: int) -> None:
    with pytest.raises(Exception, match="limit_per_day"):
        limit(service, day=most)
