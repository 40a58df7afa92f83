"""A salon that is open every day, whatever today is, and bookings in every state."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.lifecycle import RELEASED, Status
from booking.models import ActorKind, Booking, Claim, Hold, Service, Source
from booking.operations import Actor, Details, book
from booking.wish import Wish
from config.core import clock
from tests.factories import BusinessFactory, QuestionFactory, ServiceFactory

CLIENT = Actor(kind=ActorKind.CLIENT, source=Source.WEB)


def open_salon() -> Service:
    """Its haircut, of an hour, with one person who can be booked on any of the next 90 days."""
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    for weekday in (5, 6):
        business.settings.default_schedule.weekly_hours.create(
            weekday=weekday, start="09:00", end="17:00"
        )
    service: Service = ServiceFactory.create(
        business=business, slug="haircut", name="Haircut", booking_horizon_days=90
    )
    QuestionFactory.create(service=service, label="What is it about?", is_required=True)
    return service


def in_days(days: int, hour: int) -> datetime:
    """An hour of a coming day, on the salon's clock."""
    zone = ZoneInfo("Europe/Berlin")
    day = clock.now().astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def let_holds_lapse() -> None:
    """As if everybody had looked at their form for too long."""
    Hold.objects.update(expires_at=clock.now())
    Claim.objects.filter(session__bookings=None).update(expires_at=clock.now())


def book_in_state(service: Service, start: datetime, status: str = Status.CONFIRMED) -> Booking:
    booking = book(
        wish=Wish(service=service),
        start=start,
        details=Details(
            name="Eva Klein",
            email="eva@example.com",
            phone="+4930901820",
            notes="A little shorter than last time.",
            timezone="America/New_York",
            answers=[{"key": "topic", "label": "What is it about?", "value": "A wedding"}],
        ),
        actor=CLIENT,
    )
    booking.status, booking.expires_at = status, start
    if status in RELEASED:
        booking.session = None
    booking.save()
    return booking
