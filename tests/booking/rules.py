"""For every rule that staff may override: a world in which a start breaks it, and no other."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from booking.availability import Refusal, Starts
from booking.models import BlockedPeriod, Service, Session
from booking.operations import Details, book
from booking.wish import Wish
from tests.conftest import CLIENT, at


def closed(service: Service) -> datetime:
    return at(5)


def override(service: Service) -> datetime:
    service.business.settings.default_schedule.date_overrides.create(date=date(2027, 3, 3))
    return at(9, day=3)


def holiday(service: Service) -> datetime:
    settings = service.business.settings
    settings.holidays_country = "DE"
    settings.save()
    return at(8, day=26)


def off_grid(service: Service) -> datetime:
    return at(9, 20)


def blocked(service: Service) -> datetime:
    BlockedPeriod.objects.create(
        business=service.business, starts_at=at(9), ends_at=at(10), reason="Dentist"
    )
    return at(9)


def buffer(service: Service) -> datetime:
    change(service, buffer_after_minutes=30, slot_interval_minutes=60)
    sell(service, at(8))
    return at(9)


def notice(service: Service) -> datetime:
    change(service, minimum_notice_minutes=300)
    return at(9, day=1)


def horizon(service: Service) -> datetime:
    change(service, booking_horizon_days=10)
    return at(9, day=12)


def limit(service: Service) -> datetime:
    change(service, limit_per_day=1)
    sell(service, at(8))
    return at(9)


def deadline(service: Service) -> datetime:
    plan(service, at(9, day=1), booking_deadline_minutes=1440)
    return at(9, day=1)


def not_bookable(service: Service) -> datetime:
    plan(service, at(9), is_bookable=False)
    return at(9)


BROKEN: dict[Refusal, Callable[[Service], datetime]] = {
    Refusal.CLOSED: closed,
    Refusal.OVERRIDE: override,
    Refusal.HOLIDAY: holiday,
    Refusal.OFF_GRID: off_grid,
    Refusal.BLOCKED: blocked,
    Refusal.BUFFER: buffer,
    Refusal.NOTICE: notice,
    Refusal.HORIZON: horizon,
    Refusal.LIMIT: limit,
    Refusal.DEADLINE: deadline,
    Refusal.NOT_BOOKABLE: not_bookable,
}


def change(service: Service, **fields: object) -> None:
    for name, value in fields.items():
        setattr(service, name, value)
    service.save()


def sell(service: Service, start: datetime, *, spots: int = 1) -> None:
    book(
        wish=Wish(service=service, spots=spots),
        start=start,
        details=Details(name="Ben Vor", email="ben@example.com"),
        actor=CLIENT,
    )


def plan(service: Service, start: datetime, **fields: object) -> Session:
    """A class of five, an hour long; from now on the service starts by its sessions alone."""
    change(service, starts=Starts.PLANNED, capacity=5)
    planned: Session = Session.objects.create(
        business=service.business,
        service=service,
        provider=service.providers.get(),
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        capacity=5,
        is_planned=True,
        **fields,
    )
    return planned
