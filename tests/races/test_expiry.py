"""A request that expires while it is being approved has one outcome, and its time one owner."""

from datetime import timedelta

import pytest

from booking.lifecycle import Status
from booking.models import ActorKind, Booking, Claim, Service, Source
from booking.operations import (
    Actor,
    Details,
    approve_booking,
    book,
    expire_pending,
)
from booking.wish import Wish
from config.core import clock
from notifications.models import OutboxEvent
from tests.conftest import CLIENT
from tests.factories import BusinessFactory, ServiceFactory
from tests.races.bookings import free_starts
from tests.races.threads import PAUSE, both

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
STAFF = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN)


@pytest.fixture
def request_(transactional_db: None) -> Booking:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    service: Service = ServiceFactory.create(
        business=business, slug="haircut", requires_approval=True
    )
    return ask(service, "eva@example.com")


def ask(service: Service, email: str) -> Booking:
    start = free_starts(service)[0]
    return book(
        wish=Wish(service=service),
        start=start,
        details=Details(name="Eva", email=email),
        actor=CLIENT,
    )


def expire_in(seconds: float, booking: Booking) -> None:
    moment = clock.now() + timedelta(seconds=seconds)
    Booking.objects.filter(pk=booking.pk).update(expires_at=moment)
    Claim.objects.filter(session=booking.session_id).update(expires_at=moment)


def outcomes() -> list[str]:
    names = OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    return [name for name in names if name != "booking.requested"]


def test_expiring_while_being_approved_has_one_outcome(request_: Booking, pause: None) -> None:
    expire_in(PAUSE / 4, request_)
    both(lambda: approve_booking(booking=request_, actor=STAFF), expire_pending)
    assert outcomes() == ["booking.approved"]
    request_.refresh_from_db()
    assert (request_.status, Claim.objects.get().expires_at) == (Status.CONFIRMED, None)


def test_without_the_lock_this_test_finds_both_outcomes(
    request_: Booking, pause: None, no_lock: None
) -> None:
    expire_in(PAUSE / 4, request_)
    both(lambda: approve_booking(booking=request_, actor=STAFF), expire_pending)
    assert sorted(outcomes()) == ["booking.approved", "booking.expired"]


def test_a_time_is_not_sold_while_its_request_is_being_approved(
    request_: Booking, pause: None
) -> None:
    expire_in(PAUSE / 4, request_)
    both(
        lambda: approve_booking(booking=request_, actor=STAFF),
        lambda: ask(request_.service, "other@example.com"),
    )
    first = Booking.objects.get(pk=request_.pk)
    assert (first.status, first.session_id) == (Status.CONFIRMED, Claim.objects.get().session_id)
    assert Claim.objects.get().starts_at == first.starts_at
