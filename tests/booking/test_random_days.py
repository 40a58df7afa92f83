"""Days in the life of a business: whatever people do, times stay true and places are counted."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import combinations
from typing import TypeVar

import pytest
import time_machine
from django.db import transaction
from django.db.models import Model, QuerySet, Sum

from booking import offers
from booking.availability import Slot
from booking.lifecycle import Status
from booking.models import Booking, BookingSettings, Claim, Hold, Service, Session
from booking.operations import (
    Details,
    SlotTaken,
    SlotUnavailable,
    approve_booking,
    book,
    cancel_booking,
    check_offered,
    end_expired_holds,
    expire_pending,
    extend_hold,
    place_hold,
    reject_booking,
    release_hold,
)
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.wish import Wish
from config.core import clock as present
from config.core.errors import DomainError
from tests.conftest import CLIENT, NOW
from tests.factories import (
    PlannedSessionFactory,
    ProviderFactory,
    RoomFactory,
    ServiceFactory,
    require,
)

pytestmark = pytest.mark.generated

Row = TypeVar("Row", bound=Model)
DAY = NOW.date() + timedelta(days=1)
STEPS = 50


class RandomDay:
    """Two people and two rooms, and four services that share them, each of another kind."""

    def __init__(self, haircut: Service, clock: time_machine.Traveller, seed: int) -> None:
        self.random, self.clock = random.Random(seed), clock  # noqa: S311
        business = haircut.business
        people = [haircut.providers.get(), ProviderFactory.create(business=business)]
        rooms = RoomFactory.create_batch(2, business=business)
        kinds = (
            {"duration_minutes": 45, "buffer_after_minutes": 10, "slot_interval_minutes": 15},
            {"capacity": 3, "requires_approval": True},
            {"requires_approval": True, "pending_blocks": False, "other_durations_minutes": [30]},
            {"starts": "planned", "capacity": 4},
        )
        self.services: list[Service] = [
            ServiceFactory.create(business=business, providers=people, **kind) for kind in kinds
        ]
        require(self.services[0], *rooms)
        require(self.services[1], rooms[1])
        for hour in (9, 13):
            start = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=NOW.tzinfo)
            PlannedSessionFactory.create(service=self.services[3], starts_at=start, capacity=4)
        BookingSettings.objects.update(pending_expiry_minutes=30)
        self.counter = 0
        self.acts = [self.book] * 4 + [self.hold] * 3
        self.acts += [self.answer, self.leave, self.wait, self.extend, self.release, self.sweep]

    def act(self) -> None:
        """Something that a client, a member of the staff or the worker might do now."""
        with suppress(DomainError):
            self.random.choice(self.acts)()

    def wish(self) -> Wish:
        service = self.random.choice(self.services)
        return Wish(
            service=service,
            spots=self.random.choice([1, 1, 2]) if service.capacity > 1 else 1,
            duration_minutes=self.random.choice(service.durations_minutes),
            provider_id=self.random.choice([None, None, service.providers.first().pk]),  # type: ignore[union-attr]
        )

    def start(self, wish: Wish) -> datetime:
        """Mostly one of the first that are offered, so that people meet."""
        slots = self.slots(wish)[:4]
        if slots and self.random.random() < 0.9:
            return moment(self.random.choice(slots).starts_at)
        return NOW + timedelta(days=1, minutes=15 * self.random.randrange(96))

    def slots(self, wish: Wish) -> list[Slot]:
        rules, now = rulebook_of(wish.service.business), present.now()
        return offers.find_slots(rules, wish, first=DAY, last=DAY, viewer_tz="UTC", now=now)

    def order(self, wish: Wish, start: datetime, hold: Hold | None = None) -> Booking:
        self.counter += 1
        details = Details(name="Client", email=f"client{self.counter}@example.com")
        return book(wish=wish, start=start, details=details, actor=CLIENT, hold=hold)

    def book(self) -> None:
        wish, hold = self.wish(), self.one_of(Hold.objects.select_related("session"))
        self.order(wish, self.start(wish), hold if self.random.random() < 0.5 else None)

    def hold(self) -> None:
        wish, instead_of = self.wish(), None
        if self.random.random() < 0.3:
            instead_of = self.one_of(Hold.objects.select_related("session"))
        holder = str(self.random.randrange(6))
        place_hold(wish=wish, start=self.start(wish), holder=holder, instead_of=instead_of)

    def answer(self) -> None:
        if booking := self.one_of(Booking.objects.filter(status=Status.PENDING)):
            if self.random.random() < 0.6:
                approve_booking(booking=booking, actor=CLIENT)
            else:
                reject_booking(booking=booking, reason="", actor=CLIENT)

    def leave(self) -> None:
        if booking := self.one_of(Booking.objects.all()):
            cancel_booking(booking=booking, reason="", actor=CLIENT)

    def wait(self) -> None:
        self.clock.shift(self.random.choice([60, 240, 1200]))

    def extend(self) -> None:
        if hold := self.one_of(Hold.objects.select_related("session")):
            extend_hold(hold=hold)

    def release(self) -> None:
        if hold := self.one_of(Hold.objects.select_related("session")):
            release_hold(hold=hold)

    def sweep(self) -> None:
        expire_pending()
        end_expired_holds()

    def one_of(self, rows: QuerySet[Row]) -> Row | None:
        found = list(rows.order_by("pk"))
        return self.random.choice(found) if found else None


@pytest.mark.parametrize("seed", range(4))
def test_times_stay_true_and_places_are_counted(
    service: Service, clock: time_machine.Traveller, seed: int
) -> None:
    day = RandomDay(service, clock, seed)
    for _ in range(STEPS):
        day.act()
        expect_no_overlap()
        expect_counted_places()
    expect_offers_to_be_true(day)


def expect_no_overlap() -> None:
    rows = Claim.objects.order_by("resource_id", "starts_at")
    for first, second in combinations(rows, 2):
        if first.resource_id == second.resource_id:
            assert first.ends_at <= second.starts_at


def expect_counted_places() -> None:
    for session in Session.objects.all():
        bookings, holds = session.bookings.all(), session.holds.all()
        counted = sum(rows.aggregate(n=Sum("spots"))["n"] or 0 for rows in (bookings, holds))
        assert session.spots_taken == counted <= session.capacity
        claims = list(session.claims.values_list("expires_at", flat=True))
        assert claims, "a session takes time"
        assert set(claims) == {_lasts(session)}
    taking = Booking.objects.exclude(status__in=("rejected", "cancelled", "expired"))
    assert not taking.filter(session=None, service__pending_blocks=True).exists()


def _lasts(session: Session) -> datetime | None:
    """Until when the session takes time by what is in it, looked at the plain way."""
    if session.is_planned or session.bookings.exclude(status=Status.PENDING).exists():
        return None
    requests, holds = session.bookings.all(), session.holds.all()
    ends = [end for rows in (requests, holds) for end in rows.values_list("expires_at", flat=True)]
    assert ends, "nobody is in it, and it was not planned"
    latest: datetime = max(end for end in ends if end)
    return latest


def expect_offers_to_be_true(day: RandomDay) -> None:
    """Every time that is offered can be booked, and all others of the day are refused."""
    for service in day.services:
        wish = Wish(service=service)
        offered = {moment(slot.starts_at) for slot in day.slots(wish)}
        others = {NOW + timedelta(days=1, minutes=15 * number) for number in range(48)} - offered
        for start in offered:
            before = transaction.savepoint()
            assert day.order(wish, start).starts_at == start
            transaction.savepoint_rollback(before)
        for start in others:
            with pytest.raises((SlotTaken, SlotUnavailable)):
                check_offered(wish=wish, start=start)
