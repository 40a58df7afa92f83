"""Staff book against rules, never against what somebody has; the history says which rules."""

import pytest

from accounts.models import User
from booking.availability import Refusal
from booking.models import (
    ActorKind,
    Booking,
    Client,
    RequiredGroup,
    Resource,
    ResourceKind,
    Service,
    Source,
)
from booking.operations import OVERRIDABLE, Actor, SlotTaken, SlotUnavailable
from tests.booking.rules import BROKEN, plan, sell
from tests.conftest import Book, at
from tests.factories import ProviderFactory


@pytest.fixture
def desk(staff: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.PHONE, user=staff)


def overridden(booking: Booking) -> str | None:
    value: str | None = booking.history.get().after.get("overridden")
    return value


@pytest.mark.parametrize("rule", BROKEN)
def test_the_history_names_the_one_rule_that_stood_in_the_way(
    booked: Book, service: Service, desk: Actor, rule: Refusal
) -> None:
    start = BROKEN[rule](service)
    with pytest.raises(SlotUnavailable if rule != Refusal.BUFFER else SlotTaken):
        booked(start, actor=desk)
    booking = booked(start, actor=desk, override=True)
    assert (booking.starts_at, booking.status, overridden(booking)) == (start, "confirmed", rule)


def test_every_rule_that_can_be_overridden_is_tried_here() -> None:
    # Outside calendars are not read yet.
    assert set(BROKEN) | {Refusal.BUSY} == OVERRIDABLE


def test_several_rules_are_named_together(booked: Book, service: Service, desk: Actor) -> None:
    booking = booked(at(5, day=1), actor=desk, override=True)
    assert overridden(booking) == "notice, closed"


def test_what_is_free_anyway_overrides_nothing(booked: Book, desk: Actor) -> None:
    assert overridden(booked(at(8), actor=desk, override=True)) is None


def test_whoever_is_free_comes_before_whose_rules_are_broken(
    booked: Book, service: Service, provider: Resource, desk: Actor
) -> None:
    other = ProviderFactory.create(business=service.business, priority=200)
    service.providers.add(other)
    booked(at(8, day=3), provider_id=other.pk)
    provider.blocked_periods.create(
        business=service.business, starts_at=at(8), ends_at=at(9), reason="Dentist"
    )
    booking = booked(at(8), actor=desk, override=True)
    assert (booking.provider, overridden(booking)) == (other, None)


def test_nobody_overrides_a_claim(booked: Book, service: Service, desk: Actor) -> None:
    booked(at(8))
    with pytest.raises(SlotTaken):
        booked(at(8, 30), actor=desk, override=True, email="other@example.com")
    assert Booking.objects.count() == 1


def test_nobody_overrides_a_room(booked: Book, service: Service, desk: Actor) -> None:
    room = Resource.objects.create(business=service.business, name="Room 1", kind=ResourceKind.ROOM)
    RequiredGroup.objects.create(service=service, name="Room").resources.add(room)
    service.providers.add(ProviderFactory.create(business=service.business))
    booked(at(8))
    with pytest.raises(SlotTaken):
        booked(at(8), actor=desk, override=True, email="other@example.com")
    assert Booking.objects.count() == 1


def test_nobody_overrides_the_spots(booked: Book, service: Service, desk: Actor) -> None:
    plan(service, at(9))
    sell(service, at(9), spots=4)
    with pytest.raises(SlotTaken):
        booked(at(9), actor=desk, override=True, spots=2)
    assert booked(at(9), actor=desk, override=True).session is not None
    assert Client.objects.count() == 2
