"""Another time or provider for the same booking."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine

from accounts.models import User
from booking.events import Event
from booking.lifecycle import InvalidTransition, Status
from booking.models import (
    ActorKind,
    Booking,
    BookingSettings,
    Claim,
    Resource,
    Service,
    Session,
    Source,
)
from booking.operations import (
    Actor,
    BookingClosed,
    PolicyViolation,
    SlotTaken,
    SlotUnavailable,
    approve_booking,
    cancel_booking,
    move_booking,
)
from notifications.models import OutboxEvent
from tests.conftest import CLIENT, Book, at
from tests.factories import PlannedSessionFactory, ProviderFactory, RoomFactory, require

Change = Callable[[Booking], object]
# The package exports functions of its own.
decide: Any = import_module("booking.operations.decide")


def settings_of(service: Service, **values: object) -> None:
    BookingSettings.objects.filter(business=service.business).update(**values)


def member(user: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=user)


def claims() -> list[tuple[int, datetime]]:
    return list(Claim.objects.order_by("starts_at").values_list("resource_id", "starts_at"))


def test_it_is_the_same_booking_at_another_time(booked: Book, provider: Resource) -> None:
    booking = booked(at(8))
    moved = move_booking(booking=booking, start=at(13), actor=CLIENT)
    assert (moved.pk, moved.reference, moved.uuid) == (
        booking.pk,
        booking.reference,
        booking.uuid,
    )
    stored = Booking.objects.get()
    assert (stored.starts_at, stored.ends_at, stored.status) == (at(13), at(14), Status.CONFIRMED)
    assert (stored.sequence, stored.link_version) == (1, 2)
    assert claims() == [(provider.pk, at(13))]
    assert Session.objects.get() == stored.session


def test_history_and_event_say_from_where_to_where(booked: Book, provider: Resource) -> None:
    booking = move_booking(booking=booked(at(8)), start=at(13), actor=CLIENT)
    entry = booking.history.get(event=Event.MOVED)
    whom = {"provider": provider.name, "provider_id": str(provider.pk)}
    assert entry.before == {"starts_at": at(8).isoformat(), **whom}
    assert entry.after == {"starts_at": at(13).isoformat(), **whom}
    event = OutboxEvent.objects.get(name=Event.MOVED)
    assert (event.payload["start"], event.payload["sequence"]) == (at(13).isoformat(), 1)


def test_onto_a_part_of_its_own_time(booked: Book, service: Service, provider: Resource) -> None:
    Service.objects.filter(pk=service.pk).update(slot_interval_minutes=15)
    settings_of(service, buffer_after_minutes=0)
    move_booking(booking=booked(at(8)), start=at(8, 15), actor=CLIENT)
    assert claims() == [(provider.pk, at(8, 15))]


def test_to_where_it_is_changes_nothing(booked: Book) -> None:
    booking = booked(at(8))
    move_booking(booking=booking, start=at(8), actor=CLIENT, provider_id=booking.provider_id)
    stored = Booking.objects.get()
    assert (stored.sequence, stored.link_version, stored.history.count()) == (0, 1, 1)


def test_a_time_that_is_taken_leaves_everything_as_it_was(booked: Book) -> None:
    booking, other = booked(at(8)), booked(at(13), email="other@example.com")
    before = (Booking.objects.values().get(pk=booking.pk), claims(), Session.objects.count())
    with pytest.raises(SlotTaken) as refusal:
        move_booking(booking=booking, start=other.starts_at, actor=CLIENT)
    assert (
        Booking.objects.values().get(pk=booking.pk),
        claims(),
        Session.objects.count(),
    ) == before
    assert refusal.value.alternatives


def test_a_time_that_is_never_offered(booked: Book) -> None:
    with pytest.raises(SlotUnavailable):
        move_booking(booking=booked(at(8)), start=at(3), actor=CLIENT)
    assert Booking.objects.get().starts_at == at(8)


def test_to_another_provider_at_the_same_time(booked: Book, service: Service) -> None:
    booking, other = booked(at(8)), ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    move_booking(booking=booking, start=at(8), actor=CLIENT, provider_id=other.pk)
    stored = Booking.objects.get()
    assert (stored.provider, stored.sequence) == (other, 1)
    assert claims() == [(other.pk, at(8))]


def test_its_room_comes_along(booked: Book, service: Service, provider: Resource) -> None:
    room = RoomFactory.create(business=service.business)
    require(service, room)
    move_booking(booking=booked(at(8)), start=at(13), actor=CLIENT)
    assert sorted(claims()) == sorted([(provider.pk, at(13)), (room.pk, at(13))])


def test_from_one_class_to_another(booked: Book, service: Service) -> None:
    Service.objects.filter(pk=service.pk).update(starts="planned", capacity=6)
    first, second = (
        PlannedSessionFactory.create(service=service, starts_at=at(hour)) for hour in (8, 13)
    )
    booking = booked(at(8), session_id=first.pk, spots=2)
    move_booking(booking=booking, start=at(13), session_id=second.pk, actor=CLIENT)
    taken = dict(Session.objects.values_list("pk", "spots_taken"))
    assert taken == {first.pk: 0, second.pk: 2}
    assert Booking.objects.get().session == second


def test_out_of_a_shared_session_leaves_it_to_the_others(booked: Book, service: Service) -> None:
    Service.objects.filter(pk=service.pk).update(capacity=3)
    booking, other = booked(at(8)), booked(at(8), email="other@example.com")
    assert booking.session_id == other.session_id
    move_booking(booking=booking, start=at(13), actor=CLIENT)
    spots = dict(Session.objects.values_list("starts_at", "spots_taken"))
    assert spots == {at(8): 1, at(13): 1}
    assert [start for _, start in claims()] == [at(8), at(13)]


def test_a_request_stays_one_and_is_answered_before_its_new_start(
    booked: Book, service: Service
) -> None:
    settings_of(service, requires_approval=True, pending_expiry_minutes=3 * 1440)
    booking = booked(at(13, day=3))
    move_booking(booking=booking, start=at(8), actor=CLIENT)
    stored = Booking.objects.get()
    assert (stored.status, stored.expires_at) == (Status.PENDING, at(8))
    assert Claim.objects.get().expires_at == at(8)


def test_a_request_that_gives_way_takes_no_time_there_either(
    booked: Book, service: Service
) -> None:
    settings_of(service, requires_approval=True)
    Service.objects.filter(pk=service.pk).update(pending_blocks=False)
    move_booking(booking=booked(at(8)), start=at(13), actor=CLIENT)
    stored = Booking.objects.get()
    assert (stored.starts_at, stored.session_id, claims()) == (at(13), None, [])


def test_what_was_approved_is_firm_at_its_new_time(
    booked: Book, service: Service, owner: User
) -> None:
    settings_of(service, requires_approval=True)
    booking = approve_booking(booking=booked(at(8)), actor=member(owner))
    move_booking(booking=booking, start=at(13), actor=CLIENT)
    assert Claim.objects.get().expires_at is None
    assert Booking.objects.get().status == Status.CONFIRMED


def test_a_client_may_until_the_deadline(
    booked: Book, service: Service, owner: User, clock: time_machine.Traveller
) -> None:
    settings_of(service, reschedule_notice_minutes=24 * 60)
    booking = booked(at(13, day=3))
    clock.move_to(at(13))
    move_booking(booking=booking, start=at(14, day=3), actor=CLIENT)
    clock.shift(timedelta(hours=1, seconds=1))
    with pytest.raises(PolicyViolation):
        move_booking(booking=booking, start=at(13, day=4), actor=CLIENT)
    move_booking(booking=booking, start=at(13, day=4), actor=member(owner))
    assert Booking.objects.get().starts_at == at(13, day=4)


def test_while_bookings_are_closed_only_staff_can(
    booked: Book, service: Service, owner: User
) -> None:
    booking = booked(at(8))
    settings_of(service, is_active=False)
    with pytest.raises(BookingClosed):
        move_booking(booking=booking, start=at(13), actor=CLIENT)
    move_booking(booking=booking, start=at(13), actor=member(owner))
    assert Booking.objects.get().starts_at == at(13)


def test_staff_may_override_rules_and_history_names_them(booked: Book, owner: User) -> None:
    booking = booked(at(8))
    with pytest.raises(SlotUnavailable):
        move_booking(booking=booking, start=at(3), actor=member(owner))
    move_booking(booking=booking, start=at(3), actor=member(owner), override=True)
    entry = booking.history.get(event=Event.MOVED)
    assert (entry.after["overridden"], entry.actor) == ("closed", owner)


def test_nobody_moves_into_what_somebody_else_has(booked: Book, owner: User) -> None:
    booking, other = booked(at(8)), booked(at(13), email="other@example.com")
    with pytest.raises(SlotTaken):
        move_booking(booking=booking, start=other.starts_at, actor=member(owner), override=True)


@pytest.mark.parametrize("tell", [True, False])
def test_the_client_is_told_as_wished(booked: Book, owner: User, *, tell: bool) -> None:
    move_booking(booking=booked(at(8)), start=at(13), actor=member(owner), tell_client=tell)
    assert OutboxEvent.objects.get(name=Event.MOVED).payload["tell_client"] is tell


def test_what_is_over_stays_where_it_was(booked: Book, service: Service) -> None:
    booking = booked(at(8))
    cancel_booking(booking=booking, reason="", actor=CLIENT)
    with pytest.raises(InvalidTransition):
        move_booking(booking=booking, start=at(13), actor=CLIENT)
    assert (Booking.objects.get().starts_at, claims()) == (at(8), [])


@pytest.mark.parametrize("gives_way", [True, False])
def test_a_request_that_moves_while_it_is_approved_is_looked_at_again(
    booked: Book, service: Service, owner: User, monkeypatch: pytest.MonkeyPatch, *, gives_way: bool
) -> None:
    settings_of(service, requires_approval=True)
    Service.objects.filter(pk=service.pk).update(pending_blocks=not gives_way)
    booking = booked(at(8))
    locked = "take" if gives_way else "locked_booking"
    original = getattr(decide, locked)

    def then_moved(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(decide, locked, original)
        move_booking(booking=booking, start=at(13), actor=CLIENT)
        return original(*args, **kwargs)

    monkeypatch.setattr(decide, locked, then_moved)
    with pytest.raises(InvalidTransition):
        approve_booking(booking=booking, actor=member(owner))
    stored = Booking.objects.get()
    assert (stored.status, stored.starts_at) == (Status.PENDING, at(13))


def test_what_has_begun_is_approved_before_it_is_moved_there(
    booked: Book, service: Service, owner: User, clock: time_machine.Traveller
) -> None:
    settings_of(service, requires_approval=True, pending_expiry_minutes=3 * 1440)
    booking = booked(at(13))
    clock.move_to(at(9))
    with pytest.raises(PolicyViolation):
        move_booking(booking=booking, start=at(8), actor=member(owner), override=True)
    assert Booking.objects.get().starts_at == at(13)


def test_moving_there_and_back_leaves_as_long_to_answer(booked: Book, service: Service) -> None:
    settings_of(service, requires_approval=True, pending_expiry_minutes=3 * 1440)
    booking = booked(at(13, day=5))
    for start in (at(8), at(13, day=5)):
        move_booking(booking=booking, start=start, actor=CLIENT)
    stored = Booking.objects.get()
    assert stored.expires_at == stored.created_at + timedelta(days=3)


def test_without_a_mail_the_links_stay(booked: Book, owner: User) -> None:
    booking = booked(at(8))
    move_booking(booking=booking, start=at(13), actor=member(owner), tell_client=False)
    assert Booking.objects.get().link_version == 1
