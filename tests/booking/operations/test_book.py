from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import Business, User
from booking import guard
from booking.availability import Refusal
from booking.lifecycle import Status
from booking.models import (
    ActorKind,
    Booking,
    BookingSettings,
    Claim,
    Client,
    Resource,
    Service,
    Session,
    Source,
)
from booking.operations import (
    Actor,
    BookingClosed,
    IdempotencyMismatch,
    SlotTaken,
    SlotUnavailable,
    cancel_booking,
)
from booking.taken import moment
from notifications import outbox
from notifications.models import Audience, Message, OutboxEvent
from tests.conftest import CLIENT, Book, at
from tests.factories import ProviderFactory


def test_a_booking_takes_its_time_and_says_so_once(booked: Book, provider: Resource) -> None:
    booking = booked(at(8))
    assert booking.status == Status.CONFIRMED
    assert (booking.starts_at, booking.ends_at) == (at(8), at(9))
    assert booking.provider == provider
    claims = Claim.objects.values_list("session_id", "resource_id", "starts_at", "ends_at")
    assert list(claims) == [(booking.session_id, provider.pk, at(8), at(9))]
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["booking.confirmed"]
    history = booking.history.get()
    assert (history.event, history.actor_kind, history.source, history.after["status"]) == (
        "booking.confirmed",
        ActorKind.CLIENT,
        Source.WEB,
        "confirmed",
    )


def test_a_taken_time_is_refused_with_the_nearest_free_ones(booked: Book) -> None:
    booked(at(8))
    with pytest.raises(SlotTaken) as refused:
        booked(at(8), email="other@example.com")
    nearest = [moment(slot.starts_at) for slot in refused.value.alternatives]
    assert nearest == [at(hour) for hour in (9, 10, 11, 12, 13, 14)]
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        pytest.param(at(7, day=1), Refusal.NOTICE, id="within the notice"),
        pytest.param(at(8, day=6), Refusal.CLOSED, id="on a Saturday"),
        pytest.param(at(8, 1), Refusal.OFF_GRID, id="on no grid"),
        pytest.param(at(8) + timedelta(days=35), Refusal.HORIZON, id="beyond the horizon"),
        pytest.param(at(8) - timedelta(days=7), Refusal.NOTICE, id="in the past"),
    ],
)
def test_a_start_that_was_never_offered_is_refused_with_its_reason(
    booked: Book, start: object, reason: Refusal
) -> None:
    with pytest.raises(SlotUnavailable) as refused:
        booked(start)
    assert reason in refused.value.reasons
    assert not Booking.objects.exists()
    assert not Client.objects.exists()


def test_approval_of_the_business_makes_a_request_that_takes_its_time(
    booked: Book, business: Business
) -> None:
    BookingSettings.objects.filter(business=business).update(requires_approval=True)
    booking = booked(at(8), service=Service.objects.get())
    assert (booking.status, booking.confirmed_at) == (Status.PENDING, None)
    with pytest.raises(SlotTaken):
        booked(at(8), service=Service.objects.get())


@pytest.mark.parametrize(("own", "status"), [(True, Status.PENDING), (False, Status.CONFIRMED)])
def test_the_service_decides_before_the_business(
    booked: Book, business: Business, own: bool, status: Status
) -> None:
    BookingSettings.objects.filter(business=business).update(requires_approval=not own)
    Service.objects.update(requires_approval=own)
    assert booked(at(8), service=Service.objects.get()).status == status


def test_any_provider_means_the_least_busy_then_the_first(booked: Book, service: Service) -> None:
    first = service.providers.get()
    second = ProviderFactory.create(business=service.business, priority=200)
    service.providers.add(second)
    chosen = [booked(at(hour)).provider for hour in (8, 9, 10)]
    assert chosen == [first, second, first]


def test_of_equally_busy_providers_the_one_free_for_longest_is_next(
    booked: Book, service: Service, provider: Resource
) -> None:
    provider.priority = 1
    provider.save()
    other = ProviderFactory.create(business=service.business, priority=2)
    service.providers.add(other)
    booked(at(10), provider_id=provider.pk)
    booked(at(8), provider_id=other.pk)
    assert booked(at(12)).provider == other
    # Now the other has two in this week.
    assert booked(at(13)).provider == provider


def test_the_week_begins_anew_on_monday(booked: Book, service: Service, provider: Resource) -> None:
    other = ProviderFactory.create(business=service.business, priority=200)
    service.providers.add(other)
    for hour in (8, 9):
        booked(at(hour, day=5), provider_id=provider.pk)
    booked(at(12, day=5), provider_id=other.pk)
    # Nobody has one in the new week; the first has been free since Friday morning.
    assert booked(at(8, day=8)).provider == provider


def test_a_wished_provider_is_the_only_one_asked(booked: Book, service: Service) -> None:
    second = ProviderFactory.create(business=service.business)
    service.providers.add(second)
    assert booked(at(8), provider_id=second.pk).provider == second
    with pytest.raises(SlotTaken):
        booked(at(8), provider_id=second.pk, email="other@example.com")


def test_the_same_key_again_is_the_same_booking(booked: Book) -> None:
    first = booked(at(8), idempotency_key="k1")
    assert booked(at(8), idempotency_key="k1") == first
    with pytest.raises(IdempotencyMismatch):
        booked(at(9), idempotency_key="k1")
    assert Booking.objects.count() == 1


def test_clients_are_turned_away_while_closed_and_staff_are_not(
    booked: Book, owner: User, business: Business
) -> None:
    business.settings.is_active = False
    business.settings.paused_message = "Back on Monday."
    business.settings.save()
    closed = Service.objects.get()
    with pytest.raises(BookingClosed, match="Back on Monday"):
        booked(at(8), service=closed)
    by_staff = Actor(kind=ActorKind.MEMBER, source=Source.PHONE, user=owner)
    assert booked(at(8), service=closed, actor=by_staff).created_by == owner


def test_a_typed_address_finds_the_client_and_changes_nothing(booked: Book) -> None:
    booked(at(8), name="Eva Klein", phone="+4930901820")
    booked(at(9), name="Somebody Else", email="EVA@example.com", phone="+4930901821")
    client = Client.objects.get()
    assert (client.name, client.phone) == ("Eva Klein", "+4930901820")
    names = Booking.objects.order_by("starts_at").values_list("client_name", flat=True)
    assert list(names) == ["Eva Klein", "Somebody Else"]


def test_without_an_address_the_phone_tells_clients_apart(booked: Book) -> None:
    booked(at(8), email="", phone="+4930901820")
    booked(at(9), email="", phone="+4930901820")
    booked(at(10), email="", phone="+4930901821")
    assert Client.objects.count() == 2


def test_a_buffer_as_sold_outlives_a_change_of_the_settings(
    booked: Book, business: Business
) -> None:
    Service.objects.update(buffer_after_minutes=30)
    booked(at(8), service=Service.objects.get())
    Service.objects.update(buffer_after_minutes=0)
    with pytest.raises(SlotTaken):
        booked(at(9), service=Service.objects.get())


def test_expired_claims_are_nobodys_and_disappear_under_the_lock(
    booked: Book, service: Service, provider: Resource
) -> None:
    session = Session.objects.create(
        business=service.business,
        service=service,
        provider=provider,
        starts_at=at(8),
        ends_at=at(9),
    )
    claim = Claim.objects.create(
        session=session,
        resource=provider,
        starts_at=at(8),
        ends_at=at(9),
        buffer_before_minutes=0,
        buffer_after_minutes=0,
        expires_at=at(6, 1, day=1),
    )
    with pytest.raises(SlotTaken):
        booked(at(8))
    Claim.objects.filter(pk=claim.pk).update(expires_at=at(6, day=1))
    assert booked(at(8)).session != session
    assert not Session.objects.filter(pk=session.pk).exists()


def test_cancelling_frees_the_time(booked: Book) -> None:
    cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    assert not Session.objects.exists()
    assert booked(at(8), email="other@example.com").status == Status.CONFIRMED


@pytest.mark.parametrize("minutes", [0, -30, 30])
def test_the_database_itself_refuses_an_overlap(
    booked: Book, provider: Resource, minutes: int
) -> None:
    session = booked(at(8)).session
    shift = timedelta(minutes=minutes)
    claim = Claim(
        session=session,
        resource=provider,
        starts_at=at(8) + shift,
        ends_at=at(9) + shift,
        buffer_before_minutes=0,
        buffer_after_minutes=0,
    )
    with pytest.raises(IntegrityError, match=guard.NAME), transaction.atomic():
        claim.save()
    claim.starts_at, claim.ends_at = at(9), at(10)
    claim.save()
    with pytest.raises(IntegrityError, match=guard.NAME), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(starts_at=at(8, 59))


def test_a_booking_costs_as_many_statements_with_six_providers_as_with_one(
    booked: Book, service: Service, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    booked(at(8))
    with django_assert_max_num_queries(20):
        booked(at(9))
    service.providers.add(*ProviderFactory.create_batch(5, business=service.business))
    booked(at(10))
    with django_assert_max_num_queries(20):
        booked(at(11))


@pytest.mark.parametrize(
    ("tell_client", "told"),
    [(True, {Audience.CLIENT, Audience.OWNER}), (False, {Audience.OWNER})],
)
def test_the_client_is_told_only_if_asked_for_and_the_business_always(
    booked: Book, owner: User, staff: User, tell_client: bool, told: set[Audience]
) -> None:
    desk = Actor(kind=ActorKind.MEMBER, source=Source.PHONE, user=staff)
    booked(at(8), actor=desk, tell_client=tell_client)
    outbox.handle_events()
    assert set(Message.objects.values_list("audience", flat=True)) == told


def test_an_event_of_an_earlier_version_tells_the_client(booked: Book, owner: User) -> None:
    booked(at(8))
    event = OutboxEvent.objects.get()
    del event.payload["tell_client"]
    event.save()
    outbox.handle_events()
    assert Message.objects.filter(audience=Audience.CLIENT).count() == 1


def test_a_client_with_capitals_of_another_alphabet_is_known_again(booked: Book) -> None:
    first, second = (booked(at(hour), email="Anna@MÜLLER.example") for hour in (8, 10))
    assert first.client == second.client
