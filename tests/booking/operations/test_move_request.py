"""A move that needs approval: the old time stays, and the new one is kept, until the answer."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from booking.events import Event
from booking.lifecycle import InvalidTransition
from booking.models import (
    ActorKind,
    Booking,
    BookingSettings,
    Claim,
    Hold,
    HoldPurpose,
    Service,
    Session,
    Source,
)
from booking.operations import (
    Actor,
    HoldExpired,
    PolicyViolation,
    SlotTaken,
    approve_move,
    cancel_booking,
    decline_move,
    end_expired_holds,
    move_booking,
    request_move,
    requested_move,
)
from notifications.models import OutboxEvent
from tests.conftest import CLIENT, Book, at


@pytest.fixture
def member(owner: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)


@pytest.fixture
def asked(booked: Book) -> Booking:
    return request_move(booking=booked(at(8, day=3)), start=at(13, day=3), actor=CLIENT)


def starts() -> list[object]:
    return list(Claim.objects.order_by("starts_at").values_list("starts_at", flat=True))


def events() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))[1:]


def test_both_times_are_kept_and_the_booking_stays(asked: Booking) -> None:
    stored, hold = Booking.objects.get(), Hold.objects.get()
    assert (stored.starts_at, stored.sequence, stored.link_version) == (at(8, day=3), 0, 1)
    assert (hold.purpose, hold.booking, hold.expires_at) == (
        HoldPurpose.MOVE,
        stored,
        asked.created_at + timedelta(minutes=1440),
    )
    assert (starts(), events()) == ([at(8, day=3), at(13, day=3)], [Event.MOVE_REQUESTED])


def test_nobody_else_gets_the_new_time_meanwhile(asked: Booking, booked: Book) -> None:
    with pytest.raises(SlotTaken):
        booked(at(13, day=3), email="other@example.com")


def test_agreeing_moves_it(asked: Booking, member: Actor) -> None:
    moved = approve_move(booking=asked, actor=member)
    stored = Booking.objects.get()
    assert (stored.pk, stored.starts_at, stored.sequence) == (moved.pk, at(13, day=3), 1)
    assert (starts(), Claim.objects.get().expires_at) == ([at(13, day=3)], None)
    assert (Hold.objects.count(), Session.objects.get().spots_taken) == (0, 1)
    assert events() == [Event.MOVE_REQUESTED, Event.MOVED]


def test_agreeing_twice_moves_once(asked: Booking, member: Actor) -> None:
    approve_move(booking=asked, actor=member)
    with pytest.raises(HoldExpired):
        approve_move(booking=asked, actor=member)
    assert Booking.objects.get().sequence == 1


def test_declining_leaves_it_and_frees_the_new_time(asked: Booking, member: Actor) -> None:
    decline_move(booking=asked, reason="We are closed then.", actor=member)
    entry = asked.history.get(event=Event.MOVE_DECLINED)
    assert (starts(), entry.after["reason"]) == ([at(8, day=3)], "We are closed then.")
    with pytest.raises(HoldExpired):
        decline_move(booking=asked, reason="", actor=member)


@pytest.mark.parametrize("swept", [True, False])
def test_without_an_answer_it_stays_and_its_client_is_told(
    asked: Booking, booked: Book, clock: time_machine.Traveller, *, swept: bool
) -> None:
    clock.shift(timedelta(minutes=1440))
    assert requested_move(asked) is None
    if swept:
        end_expired_holds()
    else:
        booked(at(13, day=3), email="other@example.com")
    names = [name for name in events() if name != Event.CONFIRMED]
    assert names == [Event.MOVE_REQUESTED, Event.MOVE_EXPIRED]
    assert Booking.objects.get(pk=asked.pk).starts_at == at(8, day=3)


def test_too_late_an_answer_changes_nothing(
    asked: Booking, member: Actor, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=1440))
    with pytest.raises(HoldExpired):
        approve_move(booking=asked, actor=member)
    assert Booking.objects.get().starts_at == at(8, day=3)


def test_it_waits_no_longer_than_until_either_time(booked: Book, service: Service) -> None:
    BookingSettings.objects.update(pending_expiry_minutes=5 * 1440)
    booking = booked(at(13, day=3))
    request_move(booking=booking, start=at(8, day=3), actor=CLIENT)
    assert Hold.objects.get().expires_at == at(8, day=3)
    request_move(booking=booking, start=at(8, day=4), actor=CLIENT)
    assert Hold.objects.get().expires_at == at(13, day=3)


def test_asking_again_gives_the_first_wish_up(asked: Booking) -> None:
    request_move(booking=asked, start=at(10, day=4), actor=CLIENT)
    assert starts() == [at(8, day=3), at(10, day=4)]


def test_cancelling_gives_both_times_back(asked: Booking) -> None:
    cancel_booking(booking=asked, reason="", actor=CLIENT)
    assert (starts(), Hold.objects.count()) == ([], 0)


def test_staff_who_move_it_elsewhere_answer_the_wish(asked: Booking, member: Actor) -> None:
    move_booking(booking=asked, start=at(10, day=4), actor=member)
    assert (starts(), Hold.objects.count()) == ([at(10, day=4)], 0)


def test_a_request_is_not_asked_about_twice(booked: Book, service: Service) -> None:
    BookingSettings.objects.update(requires_approval=True)
    with pytest.raises(InvalidTransition):
        request_move(booking=booked(at(8)), start=at(13), actor=CLIENT)
    assert Hold.objects.count() == 0


def test_past_the_deadline_nobody_asks(booked: Book, service: Service) -> None:
    booking = booked(at(8))
    BookingSettings.objects.update(reschedule_notice_minutes=3 * 1440)
    with pytest.raises(PolicyViolation):
        request_move(booking=booking, start=at(13), actor=CLIENT)


def test_asking_for_the_same_again_changes_nothing(asked: Booking) -> None:
    request_move(booking=asked, start=at(13, day=3), actor=CLIENT)
    assert (Hold.objects.count(), events()) == (1, [Event.MOVE_REQUESTED])


def test_what_overlaps_the_first_wish_can_be_asked_for(asked: Booking, service: Service) -> None:
    Service.objects.update(slot_interval_minutes=15)
    BookingSettings.objects.update(buffer_after_minutes=0)
    request_move(booking=asked, start=at(13, 15, day=3), actor=CLIENT)
    assert starts() == [at(8, day=3), at(13, 15, day=3)]


def test_asking_for_where_it_is_takes_no_second_place(booked: Book, service: Service) -> None:
    Service.objects.update(capacity=3)
    booking = booked(at(8, day=3))
    request_move(booking=booking, start=at(8, day=3), actor=CLIENT)
    assert (Session.objects.get().spots_taken, Hold.objects.count()) == (1, 0)
