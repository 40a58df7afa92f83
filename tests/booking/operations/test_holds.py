"""A time that was chosen is kept for its browser, for nobody else, and not for ever."""

from datetime import datetime, timedelta

import pytest
import time_machine

from booking import offers
from booking.lifecycle import Status
from booking.models import Booking, BookingSettings, Claim, Hold, Resource, Service, Session
from booking.operations import (
    HoldExpired,
    SlotTaken,
    TooManyHolds,
    end_expired_holds,
    extend_hold,
    place_hold,
    release_hold,
)
from booking.operations import hold as hold_module
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.wish import Wish, own_of
from tests.conftest import NOW, Book, at
from tests.factories import PlannedSessionFactory, ProviderFactory

FIVE_MINUTES = timedelta(minutes=5)


def hold(service: Service, start: datetime | None = None, **given: object) -> Hold:
    wish = given.pop("wish", None) or Wish(service=service)
    given = {"holder": "somebody"} | given
    return place_hold(wish=wish, start=start or at(8), **given)  # type: ignore[arg-type]


def hours_free(service: Service, *, day: int = 2, own: Hold | None = None) -> list[int]:
    """The hours in UTC that somebody is offered who has `own`."""
    wish = Wish(service=service, own=own_of(own) if own else None)
    date = at(8, day=day).date()
    slots = offers.find_slots(
        rulebook_of(service.business), wish, first=date, last=date, viewer_tz="UTC", now=NOW
    )
    return [moment(slot.starts_at).hour for slot in slots]


def test_a_hold_keeps_its_time_from_others_but_not_from_its_own_browser(
    service: Service, booked: Book
) -> None:
    kept = hold(service)
    assert kept.expires_at == NOW + FIVE_MINUTES
    assert hours_free(service) == [9, 10, 11, 12, 13, 14, 15]
    assert hours_free(service, own=kept) == [8, 9, 10, 11, 12, 13, 14, 15]
    with pytest.raises(SlotTaken):
        booked(at(8))
    assert booked(at(8), hold=kept).status == Status.CONFIRMED
    assert (Hold.objects.count(), Session.objects.count(), Claim.objects.count()) == (0, 1, 1)
    assert Claim.objects.get().expires_at is None


def test_a_hold_ends_by_itself(
    service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    hold(service)
    clock.move_to(NOW + FIVE_MINUTES)
    booking = booked(at(8), email="other@example.com")
    assert booking.status == Status.CONFIRMED
    assert Hold.objects.count() == 0
    assert Session.objects.get() == booking.session


def test_an_expired_hold_on_a_time_that_is_still_free_books_it(
    service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    kept = hold(service)
    clock.move_to(NOW + FIVE_MINUTES)
    assert booked(at(8), hold=kept).starts_at == at(8)
    assert (Hold.objects.count(), Session.objects.count()) == (0, 1)


def test_an_expired_hold_on_a_time_that_somebody_has_taken_is_refused(
    service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    kept = hold(service)
    clock.move_to(NOW + FIVE_MINUTES)
    booked(at(8), email="other@example.com")
    with pytest.raises(SlotTaken):
        booked(at(8), hold=kept)


def test_a_held_time_is_booked_with_whoever_it_is_kept_with(service: Service, booked: Book) -> None:
    service.providers.add(ProviderFactory.create(business=service.business, priority=1))
    kept = hold(service)
    assert booked(at(8), hold=kept).provider == kept.session.provider


def test_booking_another_time_gives_the_kept_one_up(service: Service, booked: Book) -> None:
    kept = hold(service)
    booked(at(10), hold=kept)
    assert Hold.objects.count() == 0
    assert hours_free(service) == [8, 9, 11, 12, 13, 14, 15]


def test_booking_another_time_in_vain_keeps_the_hold(service: Service, booked: Book) -> None:
    booked(at(10), email="other@example.com")
    kept = hold(service)
    with pytest.raises(SlotTaken):
        booked(at(10), hold=kept)
    assert Hold.objects.get() == kept
    assert hours_free(service, own=kept) == [8, 9, 11, 12, 13, 14, 15]


def test_choosing_another_time_moves_the_hold(service: Service) -> None:
    first = hold(service)
    second = hold(service, at(9), instead_of=first)
    assert Hold.objects.get() == second
    assert hours_free(service) == [8, 10, 11, 12, 13, 14, 15]


def test_nobody_keeps_more_than_two_times(service: Service) -> None:
    kept = [hold(service, at(hour)) for hour in (8, 9)]
    for _ in range(98):
        with pytest.raises(TooManyHolds):
            hold(service, at(10))
    assert hold(service, at(10), holder="another").session.starts_at == at(10)
    assert hold(service, at(11), instead_of=kept[0]).session.starts_at == at(11)
    release_hold(hold=kept[1])
    assert hold(service, at(12)).session.starts_at == at(12)


def test_a_hold_is_extended_once(service: Service, clock: time_machine.Traveller) -> None:
    kept = hold(service)
    clock.move_to(NOW + timedelta(minutes=4))
    assert extend_hold(hold=kept).expires_at == NOW + timedelta(minutes=9)
    assert Claim.objects.get().expires_at == NOW + timedelta(minutes=9)
    clock.move_to(NOW + timedelta(minutes=8))
    assert extend_hold(hold=kept).expires_at == NOW + timedelta(minutes=9)
    clock.move_to(NOW + timedelta(minutes=9))
    with pytest.raises(HoldExpired):
        extend_hold(hold=kept)


def test_releasing_gives_the_time_back_once(service: Service) -> None:
    kept = hold(service)
    for _ in range(2):
        release_hold(hold=kept)
    assert (Hold.objects.count(), Session.objects.count(), Claim.objects.count()) == (0, 0, 0)


def test_the_sweep_clears_away_what_is_over(
    service: Service, clock: time_machine.Traveller
) -> None:
    hold(service)
    clock.move_to(NOW + timedelta(minutes=1))
    later = hold(service, at(9))
    clock.move_to(NOW + FIVE_MINUTES)
    assert end_expired_holds() == 1
    assert (Hold.objects.get(), Session.objects.get()) == (later, later.session)


def test_a_request_made_of_a_hold_keeps_the_time_for_as_long_as_requests_do(
    service: Service, booked: Book
) -> None:
    Service.objects.update(requires_approval=True)
    kept = hold(service)
    booking = booked(at(8), hold=kept)
    assert booking.status == Status.PENDING
    assert Claim.objects.get().expires_at == booking.expires_at


def test_how_long_a_time_is_kept_is_a_setting(service: Service) -> None:
    BookingSettings.objects.update(hold_seconds=30)
    assert hold(service).expires_at == NOW + timedelta(seconds=30)


def test_holds_take_places_of_a_class_until_they_end(
    service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    Service.objects.update(starts="planned")
    service.refresh_from_db()
    session = PlannedSessionFactory.create(service=service, starts_at=at(8), capacity=2)
    hold(service)
    booked(at(8), email="one@example.com")
    with pytest.raises(SlotTaken):
        booked(at(8), email="two@example.com")
    clock.move_to(NOW + FIVE_MINUTES)
    assert booked(at(8), email="two@example.com").session == session
    session.refresh_from_db()
    assert (session.spots_taken, Hold.objects.count()) == (2, 0)
    assert Claim.objects.get().expires_at is None


def test_a_hold_of_another_party_size_is_given_up_for_the_new_one(
    service: Service, booked: Book
) -> None:
    Service.objects.update(capacity=4)
    kept = hold(service, wish=Wish(service=service, spots=3))
    booking = booked(at(8), hold=kept, spots=4)
    assert (booking.spots, booking.session.spots_taken) == (4, 4)  # type: ignore[union-attr]
    assert Hold.objects.count() == 0


def test_a_hold_knows_nothing_of_a_provider_who_has_left(
    service: Service, provider: Resource, booked: Book
) -> None:
    """What is kept is a promise: rules that change meanwhile are for those who come later."""
    kept = hold(service)
    service.providers.clear()
    assert booked(at(8), hold=kept).provider == provider
    assert Booking.objects.count() == 1


def test_a_hold_that_is_over_is_not_counted_twice(
    service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    Service.objects.update(capacity=3)
    service.refresh_from_db()
    booked(at(8), email="one@example.com")
    kept = hold(service)
    clock.move_to(NOW + FIVE_MINUTES)
    date = at(8).date()
    slots = offers.find_slots(
        rulebook_of(service.business),
        Wish(service=service, own=own_of(kept)),
        first=date,
        last=date,
        viewer_tz="UTC",
        now=NOW + FIVE_MINUTES,
    )
    assert slots[0].spots_left == 2
    assert booked(at(8), email="two@example.com", hold=kept).status == Status.CONFIRMED


def test_a_hold_that_cannot_be_ended_now_does_not_keep_the_others(
    service: Service, clock: time_machine.Traveller
) -> None:
    first, second = hold(service), hold(service, at(9))
    clock.move_to(NOW + FIVE_MINUTES)
    # Extended at the last moment, by a transaction that the sweep had to wait for.
    Hold.objects.filter(pk=first.pk).update(expires_at=NOW + 2 * FIVE_MINUTES)
    assert [hold_module._end_if_over(each) for each in (first, second)] == [False, True]
    assert Hold.objects.get() == first
