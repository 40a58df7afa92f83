"""Other times for a request: kept for its client, taken by one, given back with the request."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from accounts.models import User
from booking.lifecycle import InvalidTransition, Status
from booking.models import (
    ActorKind,
    Booking,
    Claim,
    Hold,
    HoldPurpose,
    Resource,
    Service,
    Session,
    Source,
)
from booking.operations import (
    Actor,
    HoldExpired,
    OfferLost,
    PolicyViolation,
    SlotTaken,
    accept_offer,
    approve_booking,
    cancel_booking,
    end_expired_holds,
    expire_booking,
    expire_pending,
    offer_times,
    reject_booking,
)
from notifications.models import OutboxEvent
from tests.conftest import CLIENT, NOW, Book, at
from tests.factories import PlannedSessionFactory, ProviderFactory, RoomFactory, require

A_DAY = timedelta(days=1)


@pytest.fixture
def request_(booked: Book, service: Service) -> Booking:
    service.requires_approval = True
    service.save()
    return booked(at(8, day=4))


@pytest.fixture
def by_owner(owner: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)


@pytest.fixture
def offer(by_owner: Actor) -> Callable[..., list[Hold]]:
    def call(booking: Booking, *starts: datetime, **given: object) -> list[Hold]:
        return offer_times(booking=booking, starts=starts, actor=by_owner, **given)  # type: ignore[arg-type]

    return call


Offer = Callable[..., list[Hold]]


def kept() -> list[datetime]:
    return [hold.session.starts_at for hold in Hold.objects.order_by("session__starts_at")]


def events() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))


def unchanged(booking: Booking) -> object:
    return Booking.objects.filter(pk=booking.pk).values().get()


def test_offered_times_are_kept_for_the_client_until_the_request_ends(
    request_: Booking, offer: Offer, booked: Book, owner: User
) -> None:
    before = unchanged(request_)
    holds = offer(request_, at(10, day=4), at(9, day=5), message="Would one of these suit?")
    assert kept() == [at(10, day=4), at(9, day=5)]
    assert {(hold.purpose, hold.booking, hold.expires_at) for hold in holds} == {
        (HoldPurpose.OFFER, request_, request_.expires_at)
    }
    assert set(Claim.objects.values_list("expires_at", flat=True)) == {request_.expires_at}
    with pytest.raises(SlotTaken):
        booked(at(10, day=4), email="other@example.com")
    assert unchanged(request_) == before
    entry = request_.history.get(event="booking.offered")
    assert (entry.actor, entry.after) == (
        owner,
        {
            "offered": "2027-03-04T10:00:00+00:00, 2027-03-05T09:00:00+00:00",
            "message": "Would one of these suit?",
        },
    )


def test_what_is_offered_next_replaces_what_was_offered_before(
    request_: Booking, offer: Offer
) -> None:
    offer(request_, at(10, day=4), at(9, day=5))
    offer(request_, at(9, day=5), at(12, day=5))
    assert kept() == [at(9, day=5), at(12, day=5)]
    assert Session.objects.count() == 3


def test_if_one_time_is_taken_nothing_changes_and_it_is_named(
    request_: Booking, offer: Offer, booked: Book
) -> None:
    offer(request_, at(13, day=4))
    booked(at(9, day=5), email="other@example.com")
    with pytest.raises(OfferLost, match=r"Friday, 5 March 2027, 10:00 \(Berlin\) is not free"):
        offer(request_, at(10, day=4), at(9, day=5))
    assert kept() == [at(13, day=4)]
    assert events().count("booking.offered") == 1


@pytest.mark.parametrize(
    "starts",
    [[], [at(hour, day=5) for hour in (8, 9, 10, 11)]],
    ids=["none", "four"],
)
def test_one_to_three_times_are_offered(
    request_: Booking, offer: Offer, starts: list[datetime]
) -> None:
    with pytest.raises(PolicyViolation, match="Choose one to 3 times"):
        offer(request_, *starts)
    assert kept() == []


@pytest.mark.parametrize(
    "start",
    [at(8, day=4), at(3, day=5), at(7, day=1), at(8, day=31) + A_DAY],
    ids=["asked for", "closed", "too soon", "too far"],
)
def test_what_is_not_free_is_not_offered(request_: Booking, offer: Offer, start: datetime) -> None:
    with pytest.raises(OfferLost):
        offer(request_, start)
    assert events() == ["booking.requested"]


def test_the_same_time_can_be_offered_with_somebody_else(
    request_: Booking, offer: Offer, service: Service
) -> None:
    other: Resource = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    offer(request_, request_.starts_at)
    booking = accept_offer(booking=request_, start=request_.starts_at, actor=CLIENT)
    assert (booking.provider, booking.starts_at) == (other, request_.starts_at)


def test_a_time_is_offered_with_whom_staff_choose(
    request_: Booking, offer: Offer, service: Service
) -> None:
    other: Resource = ProviderFactory.create(business=service.business, priority=9)
    service.providers.add(other)
    [hold] = offer(request_, at(9, day=5), provider_id=other.pk)
    assert hold.session.provider == other


def test_an_offer_that_begins_before_the_request_ends_is_kept_until_it_begins(
    request_: Booking, offer: Offer
) -> None:
    Booking.objects.update(expires_at=at(8, day=4))
    [hold] = offer(request_, at(9, day=3))
    assert hold.expires_at == at(9, day=3)


def test_taking_an_offer_moves_and_confirms_in_one(
    request_: Booking, offer: Offer, owner: User, clock: time_machine.Traveller
) -> None:
    offer(request_, at(10, day=4), at(9, day=5))
    clock.move_to(NOW + timedelta(hours=1))
    booking = accept_offer(booking=request_, start=at(9, day=5), actor=CLIENT)
    booking.refresh_from_db()
    assert (booking.uuid, booking.reference) == (request_.uuid, request_.reference)
    assert (booking.status, booking.starts_at, booking.ends_at, booking.sequence) == (
        Status.CONFIRMED,
        at(9, day=5),
        at(10, day=5),
        1,
    )
    assert (booking.approved_by, booking.approved_at, booking.confirmed_at) == (
        owner,
        NOW + timedelta(hours=1),
        NOW + timedelta(hours=1),
    )
    session = Session.objects.get()
    assert (booking.session, session.spots_taken) == (session, 1)
    assert Claim.objects.get().expires_at is None
    assert kept() == []
    entry = booking.history.last()
    assert entry is not None
    whom = {"provider": booking.provider.name, "provider_id": str(booking.provider_id)}
    assert (entry.event, entry.actor_kind, entry.before, entry.after) == (
        "booking.offer_accepted",
        ActorKind.CLIENT,
        {"status": "pending", "starts_at": at(8, day=4).isoformat(), **whom},
        {"status": "confirmed", "starts_at": at(9, day=5).isoformat(), **whom},
    )


def test_taking_it_again_changes_nothing(request_: Booking, offer: Offer) -> None:
    offer(request_, at(10, day=4))
    for _ in range(2):
        booking = accept_offer(booking=request_, start=at(10, day=4), actor=CLIENT)
    assert booking.sequence == 1
    assert events() == ["booking.requested", "booking.offered", "booking.offer_accepted"]


def test_only_one_offer_is_taken(request_: Booking, offer: Offer) -> None:
    offer(request_, at(10, day=4), at(9, day=5))
    accept_offer(booking=request_, start=at(10, day=4), actor=CLIENT)
    with pytest.raises(InvalidTransition, match="is confirmed"):
        accept_offer(booking=request_, start=at(9, day=5), actor=CLIENT)
    assert Booking.objects.get().starts_at == at(10, day=4)


def test_what_was_never_offered_or_is_not_any_more_is_not_taken(
    request_: Booking, offer: Offer
) -> None:
    offer(request_, at(10, day=4))
    offer(request_, at(9, day=5))
    before = unchanged(request_)
    for start in (at(10, day=4), at(12, day=5)):
        with pytest.raises(HoldExpired):
            accept_offer(booking=request_, start=start, actor=CLIENT)
    assert unchanged(request_) == before


def test_another_bookings_offer_is_not_taken(request_: Booking, offer: Offer, booked: Book) -> None:
    other = booked(at(12, day=4), email="other@example.com")
    offer(request_, at(10, day=4))
    with pytest.raises(HoldExpired):
        accept_offer(booking=other, start=at(10, day=4), actor=CLIENT)


def test_an_offer_that_has_begun_is_over_before_any_sweep(
    request_: Booking, offer: Offer, clock: time_machine.Traveller
) -> None:
    Booking.objects.update(expires_at=at(8, day=4))
    offer(request_, at(9, day=3))
    clock.move_to(at(9, day=3))
    with pytest.raises(HoldExpired):
        accept_offer(booking=request_, start=at(9, day=3), actor=CLIENT)
    assert end_expired_holds() == 1
    assert Booking.objects.get().status == Status.PENDING


def approve(booking: Booking, actor: Actor) -> Booking:
    return approve_booking(booking=booking, actor=actor)


def reject(booking: Booking, actor: Actor) -> Booking:
    return reject_booking(booking=booking, reason="", actor=actor)


def cancel(booking: Booking, actor: Actor) -> Booking:
    return cancel_booking(booking=booking, reason="", actor=CLIENT)


@pytest.mark.parametrize("answer", [approve, reject, cancel])
def test_offers_are_given_back_with_every_answer(
    request_: Booking,
    offer: Offer,
    by_owner: Actor,
    booked: Book,
    answer: Callable[[Booking, Actor], Booking],
) -> None:
    offer(request_, at(10, day=4), at(9, day=5))
    status = answer(request_, by_owner).status
    assert (kept(), Session.objects.count()) == ([], int(status == Status.CONFIRMED))
    assert booked(at(10, day=4), email="other@example.com").status == Status.PENDING
    with pytest.raises(InvalidTransition):
        accept_offer(booking=request_, start=at(9, day=5), actor=CLIENT)


@pytest.mark.parametrize("by_sweep_of_holds", [True, False])
def test_offers_lapse_with_the_request(
    request_: Booking, offer: Offer, clock: time_machine.Traveller, by_sweep_of_holds: bool
) -> None:
    offer(request_, at(10, day=4), at(9, day=5))
    clock.move_to(NOW + A_DAY)
    with pytest.raises(InvalidTransition, match="is expired"):
        accept_offer(booking=request_, start=at(9, day=5), actor=CLIENT)
    if by_sweep_of_holds:
        assert end_expired_holds() == 2
    assert expire_booking(booking=request_).status == Status.EXPIRED
    assert (kept(), Session.objects.count(), Claim.objects.count()) == ([], 0, 0)


def test_an_offered_time_is_free_for_others_once_the_request_has_ended(
    request_: Booking, offer: Offer, booked: Book, clock: time_machine.Traveller
) -> None:
    offer(request_, at(10, day=4))
    clock.move_to(NOW + A_DAY)
    booking = booked(at(10, day=4), email="other@example.com")
    assert booking.session is not None
    expire_pending()
    assert (Session.objects.get(), kept()) == (booking.session, [])


@pytest.mark.parametrize(
    "status",
    [status for status in Status if status != Status.PENDING],
)
def test_nothing_is_offered_for_what_waits_for_no_answer(
    request_: Booking, offer: Offer, status: Status
) -> None:
    ended = status in {Status.REJECTED, Status.CANCELLED, Status.EXPIRED}
    session = None if ended else request_.session
    Booking.objects.update(status=status, session=session)
    with pytest.raises(InvalidTransition, match=f"is {status.label.lower()}"):
        offer(request_, at(10, day=4))
    with pytest.raises(InvalidTransition):
        accept_offer(booking=request_, start=at(10, day=4), actor=CLIENT)
    assert events() == ["booking.requested"]


def test_a_request_that_takes_no_time_takes_the_offered_one(
    service: Service, booked: Book, offer: Offer, by_owner: Actor
) -> None:
    service.requires_approval, service.pending_blocks = True, False
    service.save()
    request = booked(at(8, day=4))
    assert request.session is None
    with pytest.raises(OfferLost):
        offer(request, at(8, day=4))
    offer(request, at(9, day=4), at(9, day=5))
    booking = accept_offer(booking=request, start=at(9, day=5), actor=CLIENT)
    assert (booking.session, kept()) == (Session.objects.get(), [])


def test_approving_a_request_that_takes_no_time_gives_its_offers_back(
    service: Service, booked: Book, offer: Offer, by_owner: Actor
) -> None:
    service.requires_approval, service.pending_blocks = True, False
    service.save()
    request = booked(at(8, day=4))
    offer(request, at(9, day=4))
    booking = approve_booking(booking=request, actor=by_owner)
    assert (booking.session, kept()) == (Session.objects.get(), [])


def test_places_of_a_class_are_offered_and_taken(
    service: Service, booked: Book, offer: Offer
) -> None:
    Service.objects.update(starts="planned", requires_approval=True)
    service.refresh_from_db()
    asked = PlannedSessionFactory.create(service=service, starts_at=at(8, day=4), capacity=4)
    other = PlannedSessionFactory.create(
        service=service, starts_at=at(9, day=5), capacity=4, location="The park"
    )
    request = booked(at(8, day=4), spots=3)
    offer(request, at(9, day=5))
    other.refresh_from_db()
    assert other.spots_taken == 3
    booking = accept_offer(booking=request, start=at(9, day=5), actor=CLIENT)
    asked.refresh_from_db()
    other.refresh_from_db()
    assert (asked.spots_taken, other.spots_taken) == (0, 3)
    assert (booking.session, booking.location) == (other, "The park")


def test_an_offer_keeps_the_room_that_it_needs(
    service: Service, request_: Booking, offer: Offer
) -> None:
    room = RoomFactory.create(business=service.business)
    require(service, room)
    [hold] = offer(request_, at(9, day=5))
    claimed = set(hold.session.claims.values_list("resource_id", flat=True))
    assert claimed == {room.pk, request_.provider_id}
