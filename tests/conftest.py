from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from accounts.models import Business, Role, User
from booking.models import ActorKind, Booking, Resource, Service, Source
from booking.operations import Actor, Details, book
from booking.wish import Wish
from tests.factories import BusinessFactory, MembershipFactory, ServiceFactory

# A Monday; Berlin is at +01:00, and its clocks change on 28 March.
NOW = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
CLIENT = Actor(kind=ActorKind.CLIENT, source=Source.WEB)

Book = Callable[..., Booking]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def business(db: None, clock: time_machine.Traveller) -> Business:
    made: Business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    return made


@pytest.fixture
def service(business: Business) -> Service:
    made: Service = ServiceFactory.create(business=business, slug="haircut")
    return made


@pytest.fixture
def provider(service: Service) -> Resource:
    return service.providers.get()


@pytest.fixture
def owner(business: Business) -> User:
    return member(business, Role.OWNER)


@pytest.fixture
def staff(business: Business) -> User:
    return member(business, Role.STAFF)


@pytest.fixture
def stranger(business: Business) -> User:
    """The owner of another business."""
    return member(BusinessFactory.create(name="Rival", slug="rival"), Role.OWNER)


def member(business: Business, role: str) -> User:
    user: User = MembershipFactory.create(business=business, role=role).user
    return user


def at(hour: int, minute: int = 0, *, day: int = 2) -> datetime:
    """A moment of March 2027 in UTC: Berlin's clock shows an hour more."""
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def booked(service: Service) -> Book:
    """Books through the operation, as the booking page does."""

    def call(start: datetime | None = None, **given: Any) -> Booking:
        details: dict[str, Any] = {"name": "Eva Klein", "email": "eva@example.com"}
        chosen = given.pop("service", service)
        wished = ("provider_id", "session_id", "duration_minutes", "spots")
        options: dict[str, Any] = {
            name: given.pop(name)
            for name in ("idempotency_key", "actor", "hold", "override", "tell_client", "proof")
            if name in given
        }
        return book(
            wish=Wish(
                service=chosen, **{name: given.pop(name) for name in wished if name in given}
            ),
            start=start or at(8),
            details=Details(**({"timezone": "Europe/Berlin"} | details | given)),
            **{"actor": CLIENT, **options},
        )

    return call
