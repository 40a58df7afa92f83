"""Which bookings to come the rules would no longer give."""

from collections.abc import Callable
from datetime import date, time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import (
    BlockedPeriod,
    Booking,
    Claim,
    Resource,
    ResourceKind,
    Schedule,
    Service,
    Session,
)
from booking.operations import cancel_booking
from booking.rulebook import rulebook_of
from booking.stranded import stranded_bookings
from config.core.clock import now
from tests.conftest import CLIENT, Book, at
from tests.factories import ProviderFactory, ServiceFactory

MONDAY, TUESDAY, SUNDAY = 0, 1, 6
Change = Callable[[Booking], object]


def stranded(service: Service) -> list[Booking]:
    return stranded_bookings(service.business, now())


def opening_hours(booking: Booking) -> Schedule:
    return booking.business.settings.default_schedule


def open_only(schedule: Schedule, weekday: int, start: str, end: str) -> None:
    schedule.weekly_hours.filter(weekday=weekday).delete()
    schedule.weekly_hours.create(weekday=weekday, start=start, end=end)


def schedule_of(booking: Booking, start: str, end: str, zone: str = "") -> Schedule:
    """A schedule of its own that is open on Tuesdays only."""
    made = Schedule.objects.create(business=booking.business, name="Own", timezone=zone)
    open_only(made, TUESDAY, start, end)
    return made


def block(booking: Booking, resource: Resource | None = None, **when: object) -> None:
    days = when or {"first_date": date(2027, 3, 2), "last_date": date(2027, 3, 2)}
    BlockedPeriod.objects.create(business=booking.business, resource=resource, **days)


def archive(row: Service | Resource) -> None:
    row.is_active = False
    row.save()


def give_schedule(row: Service | Resource, schedule: Schedule) -> None:
    row.schedule = schedule
    row.save()


def override(booking: Booking, **hours: time) -> None:
    opening_hours(booking).date_overrides.create(date=date(2027, 3, 2), **hours)


# Each under one booking on Tuesday, 2 March, from 09:00 to 10:00 in Berlin.
STRANDING: dict[str, Change] = {
    "a day closed": lambda it: opening_hours(it).weekly_hours.filter(weekday=TUESDAY).delete(),
    "a later start": lambda it: open_only(opening_hours(it), TUESDAY, "09:01", "17:00"),
    "an earlier end": lambda it: open_only(opening_hours(it), TUESDAY, "09:00", "09:59"),
    "a date closed": override,
    "a date with other hours": lambda it: override(it, start=time(12), end=time(17)),
    "the provider's own hours": lambda it: give_schedule(
        it.provider, schedule_of(it, "12:00", "17:00")
    ),
    "the provider's own zone": lambda it: give_schedule(
        it.provider, schedule_of(it, "09:00", "17:00", "Europe/London")
    ),
    "narrower hours of the service": lambda it: give_schedule(
        it.service, schedule_of(it, "09:30", "17:00")
    ),
    "a day off for everybody": block,
    "an hour off": lambda it: block(it, starts_at=at(8, 59), ends_at=at(10)),
    "time off of the provider": lambda it: block(it, it.provider),
    "the service archived": lambda it: archive(it.service),
    "the provider archived": lambda it: archive(it.provider),
    "the provider no longer offers it": lambda it: it.service.providers.clear(),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda it: None,
    "hours that just hold it": lambda it: open_only(opening_hours(it), TUESDAY, "09:00", "10:00"),
    "another day closed": lambda it: opening_hours(it).weekly_hours.filter(weekday=0).delete(),
    "a date with hours that hold it": lambda it: override(it, start=time(8), end=time(10)),
    "an hour off before it": lambda it: block(it, starts_at=at(7), ends_at=at(8)),
    "an hour off after it": lambda it: block(it, starts_at=at(9), ends_at=at(10)),
    "the day after off": lambda it: block(
        it, first_date=date(2027, 3, 3), last_date=date(2027, 3, 3)
    ),
    "time off of somebody else": lambda it: block(it, ProviderFactory.create(business=it.business)),
    "a new service archived": lambda it: archive(ServiceFactory.create(business=it.business)),
    "a longer service": lambda it: Service.objects.update(duration_minutes=600),
    "a longer notice": lambda it: Service.objects.update(minimum_notice_minutes=10000),
    "a pause": lambda it: Service.objects.update(paused_until=date(2027, 4, 1)),
}


@pytest.mark.parametrize("name", STRANDING)
def test_a_change_under_a_booking_strands_it(booked: Book, service: Service, name: str) -> None:
    booking = booked(at(8))
    STRANDING[name](booking)
    assert stranded(service) == [booking]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_change_beside_a_booking_strands_nothing(
    booked: Book, service: Service, name: str
) -> None:
    HARMLESS[name](booked(at(8)))
    assert stranded(service) == []


def test_only_those_in_the_way_are_named_soonest_first(booked: Book, service: Service) -> None:
    booked(at(8, day=3))
    later, sooner = booked(at(13)), booked(at(8))
    block(later)
    assert stranded(service) == [sooner, later]


def test_a_public_holiday_strands_unless_its_date_has_hours(booked: Book, service: Service) -> None:
    # International Women's Day, which Berlin has and Bavaria has not.
    booking = booked(at(8, day=8))
    settings = service.business.settings
    settings.holidays_country, settings.holidays_region = "DE", "BY"
    settings.save()
    assert stranded(service) == []
    settings.holidays_region = "BE"
    settings.save()
    assert stranded(service) == [booking]
    opening_hours(booking).date_overrides.create(date=date(2027, 3, 8), start=time(9), end=time(12))
    assert stranded(service) == []


def test_hours_over_midnight_hold_what_begins_after_it(booked: Book, service: Service) -> None:
    schedule = service.business.settings.default_schedule
    open_only(schedule, MONDAY, "22:00", "02:00")
    booking = booked(at(0))
    schedule.weekly_hours.filter(weekday=TUESDAY).delete()
    assert stranded(service) == []
    open_only(schedule, MONDAY, "22:00", "01:30")
    assert stranded(service) == [booking]


def test_hours_over_the_hour_that_is_left_out(booked: Book, service: Service) -> None:
    """On 28 March 02:00 is 03:00 in Berlin: from 01:00 to 04:00 are two hours."""
    schedule = service.business.settings.default_schedule
    open_only(schedule, SUNDAY, "01:00", "04:00")
    first, second = booked(at(0, day=28)), booked(at(1, day=28))
    assert stranded(service) == []
    open_only(schedule, SUNDAY, "03:00", "04:00")
    assert stranded(service) == [first]
    open_only(schedule, SUNDAY, "01:00", "02:30")
    # 02:30 is not there and means 03:30.
    assert stranded(service) == [second]


@pytest.fixture
def room(service: Service) -> Resource:
    return Resource.objects.create(business=service.business, name="Room 1", kind=ResourceKind.ROOM)


def take(room: Resource, booking: Booking) -> None:
    assert booking.session
    Claim.objects.create(
        session=booking.session,
        resource=room,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        buffer_before_minutes=0,
        buffer_after_minutes=0,
    )


ROOM_CHANGES: list[Callable[[Booking, Resource], object]] = [
    block,
    lambda booking, room: archive(room),
    lambda booking, room: give_schedule(room, schedule_of(booking, "10:00", "17:00")),
]


@pytest.mark.parametrize("change", ROOM_CHANGES)
def test_a_room_strands_the_bookings_that_take_its_time(
    booked: Book, service: Service, room: Resource, change: Callable[[Booking, Resource], object]
) -> None:
    with_room, without = booked(at(8)), booked(at(9))
    take(room, with_room)
    assert stranded(service) == []
    change(without, room)
    assert stranded(service) == [with_room]


def test_a_planned_session_knows_no_hours_but_time_off_and_archives(
    booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    Session.objects.update(is_planned=True)
    override(booking)
    service.providers.clear()
    assert stranded(service) == []
    block(booking)
    assert stranded(service) == [booking]
    BlockedPeriod.objects.all().delete()
    archive(booking.provider)
    assert stranded(service) == [booking]


def test_a_request_that_takes_no_time_yet_is_its_providers(booked: Book, service: Service) -> None:
    Service.objects.update(requires_approval=True)
    booking = booked(at(8))
    Booking.objects.update(session=None)
    block(booking, booking.provider)
    assert stranded(service) == [booking]


def test_what_is_over_or_cancelled_is_nobodys_business(
    booked: Book, service: Service, clock: time_machine.Traveller
) -> None:
    cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    booked(at(10))
    archive(service)
    clock.move_to(at(11))
    assert stranded(service) == []


def test_another_business_has_its_own(booked: Book, service: Service) -> None:
    booked(at(8))
    archive(service)
    assert stranded(ServiceFactory.create()) == []


def test_many_cost_no_more_queries_than_few(booked: Book, service: Service) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            stranded(service)
        return len(queries)

    block(booked(at(8)))
    rulebook_of(service.business)
    few = count()
    BlockedPeriod.objects.all().delete()
    service.providers.add(*ProviderFactory.create_batch(3, business=service.business))
    for booking in [booked(at(hour, day=day)) for day in (2, 3, 4) for hour in (9, 10, 11)]:
        block(booking)
    rulebook_of(service.business)
    assert (few, count()) == (3, 3)
