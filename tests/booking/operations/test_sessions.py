"""Classes and groups: places are counted, never sold twice, and given back."""

from datetime import timedelta

import pytest
import time_machine

from booking.availability import Refusal
from booking.lifecycle import Status
from booking.models import Booking, Claim, Service, Session
from booking.offers import Choice
from booking.operations import SlotTaken, SlotUnavailable, cancel_booking, expire_pending
from booking.operations.decide import approve_booking, reject_booking
from booking.operations.take import NO_REFUSALS, _check_again
from booking.rulebook import rulebook_of
from booking.wish import Wish
from tests.booking.operations.test_holds import hours_free
from tests.conftest import CLIENT, NOW, Book, at
from tests.factories import PlannedSessionFactory, ProviderFactory


@pytest.fixture
def group(service: Service) -> Service:
    """Up to three come to each session."""
    Service.objects.update(capacity=3)
    service.refresh_from_db()
    return service


@pytest.fixture
def planned(service: Service) -> Session:
    """A class of six on Tuesday at 08:00 UTC, and nothing else."""
    Service.objects.update(starts="planned", capacity=6)
    service.refresh_from_db()
    made: Session = PlannedSessionFactory.create(service=service, starts_at=at(8))
    return made


def spots() -> list[int]:
    return list(Session.objects.order_by("pk").values_list("spots_taken", flat=True))


def test_the_second_client_joins_the_session_of_the_first(group: Service, booked: Book) -> None:
    first = booked(at(8), email="one@example.com", spots=2)
    second = booked(at(8), email="two@example.com")
    assert second.session == first.session
    assert (spots(), Claim.objects.count()) == ([3], 1)
    with pytest.raises(SlotTaken):
        booked(at(8), email="three@example.com")


def test_existing_sessions_are_filled_before_another_provider_begins_one(
    group: Service, booked: Book
) -> None:
    group.providers.add(ProviderFactory.create(business=group.business))
    first = booked(at(8), email="one@example.com", spots=2)
    second = booked(at(8), email="two@example.com")
    third = booked(at(8), email="three@example.com", spots=2)
    assert second.provider == first.provider
    assert third.provider != first.provider
    assert spots() == [3, 2]


def test_a_party_larger_than_a_session_is_told_so(group: Service, booked: Book) -> None:
    with pytest.raises(SlotUnavailable) as refused:
        booked(at(8), spots=4)
    assert refused.value.reasons == {Refusal.NO_SPOTS}


def test_a_place_given_back_can_be_sold_again(group: Service, booked: Book) -> None:
    booked(at(8), email="one@example.com", spots=2)
    second = booked(at(8), email="two@example.com")
    cancel_booking(booking=second, reason="", actor=CLIENT)
    assert spots() == [2]
    assert booked(at(8), email="three@example.com").status == Status.CONFIRMED
    assert spots() == [3]


def test_with_its_last_client_the_session_ends(group: Service, booked: Book) -> None:
    for email in ("one@example.com", "two@example.com"):
        booked(at(8), email=email)
    for booking in Booking.objects.all():
        cancel_booking(booking=booking, reason="", actor=CLIENT)
    assert (Session.objects.count(), Claim.objects.count()) == (0, 0)


def test_other_times_of_a_taken_hour_are_gone_for_everything_else(
    group: Service, booked: Book
) -> None:
    booked(at(8))
    assert hours_free(group) == [8, 9, 10, 11, 12, 13, 14, 15]
    Service.objects.update(slot_interval_minutes=30)
    with pytest.raises(SlotTaken):
        booked(at(8, 30), email="two@example.com")


def test_a_session_of_another_length_is_not_joined(group: Service, booked: Book) -> None:
    Service.objects.update(other_durations_minutes=[30])
    group.refresh_from_db()
    booked(at(8), email="one@example.com")
    with pytest.raises(SlotTaken):
        booked(at(8), email="two@example.com", duration_minutes=30)
    assert booked(at(8), email="two@example.com").session == Booking.objects.first().session  # type: ignore[union-attr]


def test_a_request_that_lapses_leaves_its_place_to_others(
    group: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    Service.objects.update(requires_approval=True)
    group.refresh_from_db()
    first = booked(at(8, day=4), email="one@example.com", spots=2)
    clock.move_to(NOW + timedelta(hours=12))
    second = booked(at(8, day=4), email="two@example.com")
    assert Claim.objects.get().expires_at == second.expires_at
    clock.move_to(NOW + timedelta(hours=24))
    third = booked(at(8, day=4), email="three@example.com", spots=2)
    first.refresh_from_db()
    assert (first.status, third.session, spots()) == (Status.EXPIRED, second.session, [3])
    approve_booking(booking=third, actor=CLIENT)
    assert Claim.objects.get().expires_at is None
    reject_booking(booking=second, reason="", actor=CLIENT)
    assert (Claim.objects.get().expires_at, spots()) == (None, [2])


def test_when_the_firm_client_leaves_the_time_lasts_as_long_as_the_request(
    group: Service, booked: Book
) -> None:
    firm = booked(at(8, day=4), email="one@example.com")
    Service.objects.update(requires_approval=True)
    group.refresh_from_db()
    request = booked(at(8, day=4), email="two@example.com", service=group)
    assert Claim.objects.get().expires_at is None
    cancel_booking(booking=firm, reason="", actor=CLIENT)
    assert Claim.objects.get().expires_at == request.expires_at


def test_a_planned_class_is_offered_at_its_own_start_only(
    planned: Session, service: Service, booked: Book
) -> None:
    assert hours_free(service) == [8]
    booking = booked(at(8), spots=2)
    assert (booking.session, booking.ends_at, spots()) == (planned, at(9), [2])
    with pytest.raises(SlotUnavailable) as refused:
        booked(at(10))
    assert refused.value.reasons == {Refusal.NOT_PLANNED}


def test_a_planned_class_stays_when_its_last_client_leaves(planned: Session, booked: Book) -> None:
    cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    assert (spots(), Claim.objects.count()) == ([0], 1)


def test_its_people_are_taken_for_everything_else(
    planned: Session, service: Service, booked: Book
) -> None:
    other = Service.objects.create(
        business=service.business, slug="talk", name="Talk", duration_minutes=60
    )
    other.providers.set(service.providers.all())
    with pytest.raises(SlotTaken):
        booked(at(8), service=other)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_bookable": False}, Refusal.NOT_BOOKABLE),
        ({"booking_deadline_minutes": 2 * 1440}, Refusal.DEADLINE),
    ],
)
def test_a_class_that_takes_nobody_any_more(
    planned: Session, service: Service, booked: Book, change: dict[str, int], reason: Refusal
) -> None:
    Session.objects.update(**change)
    assert hours_free(service) == []
    with pytest.raises(SlotUnavailable) as refused:
        booked(at(8))
    assert refused.value.reasons == {reason}


def test_of_two_classes_at_once_the_one_that_was_chosen_is_joined(
    planned: Session, service: Service, booked: Book
) -> None:
    other = ProviderFactory.create(business=service.business)
    service.providers.add(other)
    second = PlannedSessionFactory.create(service=service, starts_at=at(8), provider=other)
    assert booked(at(8), session_id=second.pk).session == second
    assert booked(at(8), email="two@example.com", provider_id=other.pk).session == second
    with pytest.raises(SlotUnavailable):
        booked(at(10), session_id=second.pk)


def test_a_class_that_fills_up_is_full_for_good(planned: Session, booked: Book) -> None:
    for number in range(3):
        booked(at(8), email=f"{number}@example.com", spots=2)
    with pytest.raises(SlotTaken):
        booked(at(8), email="late@example.com")
    assert spots() == [6]


def test_the_sweep_ends_requests_in_a_class_one_by_one(
    planned: Session, service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    Service.objects.update(requires_approval=True)
    service.refresh_from_db()
    for number in range(2):
        booked(at(8), email=f"{number}@example.com")
    clock.move_to(NOW + timedelta(hours=24))
    assert len(expire_pending()) == 2
    assert spots() == [0]


def test_what_a_whole_party_pays_may_be_large(group: Service, booked: Book) -> None:
    Service.objects.update(price_amount=999_999_999)
    group.refresh_from_db()
    assert booked(at(8), spots=3, service=group).price_amount == 2_999_999_997


def test_a_session_that_ends_while_it_is_joined_is_looked_for_anew(group: Service) -> None:
    """Under the lock it is lost, not never offered: the hour is free for a session of its own."""
    provider, rules = group.providers.get(), rulebook_of(group.business)
    ended = Choice(provider.pk, session_id=1)
    with pytest.raises(SlotTaken):
        _check_again(rules, Wish(service=group), at(8), ended, NO_REFUSALS)
