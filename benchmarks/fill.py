"""A business with room for many bookings, some already made: `python -m benchmarks.fill`.

Prints the starts that can be booked, one a line and each as often as there are people for it.
"""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from booking.models import Service

PEOPLE = 8
BOOKED_BEFORE = 100
SETTLE_SECONDS = 120


def main() -> None:
    django.setup()
    starts = fill()
    wait_until_told()
    print("\n".join(start.isoformat() for start in starts))


def fill() -> list[datetime]:
    """Make the business and its first bookings. Returns the starts left, in no order."""
    from booking.models import ActorKind, Resource, Service, Source
    from booking.operations import Actor, Details, book, create_business
    from booking.wish import Wish

    business = create_business(
        name="Busy Salon", owner_email="owner@busy.example", slug="busy", timezone="Europe/Berlin"
    )
    business.address = "Bergmannstr. 12, 10961 Berlin"
    business.save()
    service = Service.objects.create(
        business=business, slug="haircut", name="Haircut", duration_minutes=45, price_amount=4200
    )
    for number in range(PEOPLE):
        service.providers.add(Resource.objects.create(business=business, name=f"Person {number}"))
    starts = free_starts(service) * PEOPLE
    # Always the same order, so that runs can be compared.
    random.Random(1).shuffle(starts)  # noqa: S311
    client = Actor(kind=ActorKind.CLIENT, source=Source.WEB)
    for number in range(BOOKED_BEFORE):
        details = Details(name=f"Client {number}", email=f"client{number}@example.com")
        book(wish=Wish(service=service), start=starts.pop(), details=details, actor=client)
    return starts


def free_starts(service: Service) -> list[datetime]:
    from booking import offers
    from booking.rulebook import rulebook_of
    from booking.taken import moment
    from booking.wish import Wish
    from config.core import clock

    now = clock.now()
    slots = offers.find_slots(
        rulebook_of(service.business),
        Wish(service=service),
        # What is free now may be too near by the time that it is booked.
        first=now.date() + timedelta(days=1),
        last=now.date() + timedelta(days=40),
        viewer_tz=service.business.timezone,
        now=now,
    )
    return [moment(slot.starts_at) for slot in slots]


def wait_until_told() -> None:
    """Until the worker has handled every event and sent every mail that is due."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while is_telling():
        if time.monotonic() > deadline:
            raise TimeoutError("the worker has not told everything")
        time.sleep(0.5)


def is_telling() -> bool:
    from notifications.messages import due_messages
    from notifications.models import Message
    from notifications.models.message import MessageStatus
    from notifications.outbox import due_events

    sending = Message.objects.filter(status=MessageStatus.SENDING)
    return due_events().exists() or due_messages().exists() or sending.exists()


if __name__ == "__main__":
    main()
