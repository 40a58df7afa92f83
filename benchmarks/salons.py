"""Businesses to be measured, and the forms that book them: `python -m benchmarks.salons`.

Prints JSON. Working days 09:00–17:00 and starts every half hour, for one, 20 and 50 providers; in
the way of each but the last stand 176 sessions within 30 days.
"""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import django

if TYPE_CHECKING:
    from booking.models import Resource, Service

FORMS = 6000
# Starts that more people want than there are providers, and how many more.
CONTESTED, TOO_MANY = 6, 6
PROVIDERS = {"one": 1, "twenty": 20, "fifty": 50}
DAYS, WORKING_DAYS, CLAIMS_PER_DAY = 30, 5, 8
HALF_HOURS = range(18, 34)


def main() -> None:
    django.setup()
    services = {slug: make(slug, people) for slug, people in PROVIDERS.items()}
    for slug in ("one", "twenty"):
        for provider in services[slug].providers.all():
            take_time(services[slug], provider)
    print(json.dumps({"first": first_day().isoformat()} | forms(services["fifty"])))


def first_day() -> date:
    """The Monday of next week."""
    from config.core import clock

    today = clock.now().date()
    return today + timedelta(days=7 - today.weekday())


def make(slug: str, people: int) -> Service:
    from booking.models import BookingSettings, Resource, Service
    from booking.operations import create_business

    business = create_business(
        name=slug.title(), owner_email="owner@busy.example", slug=slug, timezone="Europe/Berlin"
    )
    business.address = "Bergmannstr. 12, 10961 Berlin"
    business.save()
    BookingSettings.objects.filter(business=business).update(
        buffer_after_minutes=0, minimum_notice_minutes=0, booking_horizon_days=60
    )
    service = Service.objects.create(
        business=business,
        slug="visit",
        name="Visit",
        duration_minutes=30,
        slot_interval_minutes=30,
        price_amount=4200,
    )
    service.providers.set(
        Resource.objects.create(business=business, name=f"Person {number}")
        for number in range(people)
    )
    return service


def half_hours(service: Service) -> dict[date, list[datetime]]:
    """All that the weekly hours give from the first day on."""
    zone = service.business.zone
    days = (first_day() + timedelta(days=number) for number in range(DAYS))
    return {
        day: [
            datetime(day.year, day.month, day.day, *divmod(half * 30, 60), tzinfo=zone)
            for half in HALF_HOURS
        ]
        for day in days
        if day.weekday() < WORKING_DAYS
    }


def take_time(service: Service, provider: Resource) -> None:
    """Eight sessions of a quarter to half an hour on each working day."""
    from booking.models import Claim, Session

    chance = random.Random(provider.pk)  # noqa: S311 - always the same
    sessions = []
    for starts in half_hours(service).values():
        for start in chance.sample(starts, CLAIMS_PER_DAY):
            minutes = chance.choice((15, 20, 30))
            begin = start + timedelta(minutes=chance.randrange(0, 31 - minutes, 5))
            sessions.append(
                Session(
                    business=service.business,
                    service=service,
                    provider=provider,
                    starts_at=begin,
                    ends_at=begin + timedelta(minutes=minutes),
                    spots_taken=1,
                )
            )
    Session.objects.bulk_create(sessions)
    Claim.objects.bulk_create(
        Claim(
            session=session,
            resource=provider,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            buffer_before_minutes=0,
            buffer_after_minutes=0,
        )
        for session in sessions
    )


def forms(service: Service) -> dict[str, list[str]]:
    """`forms` that can all be booked, and `contested` ones that want a start too often."""
    people = PROVIDERS["fifty"]
    starts = [start for day in half_hours(service).values() for start in day]
    contested, others = starts[:CONTESTED], starts[CONTESTED:] * people
    random.Random(1).shuffle(others)  # noqa: S311 - always the same
    return {
        "forms": [form(service, start, number) for number, start in enumerate(others[:FORMS])],
        "contested": [
            form(service, start, FORMS + number)
            for number, start in enumerate(sorted(contested * (people + TOO_MANY)))
        ],
    }


def form(service: Service, start: datetime, number: int) -> str:
    """What a client's browser would send; every form has a token of its own."""
    from booking.web import form_token

    business = service.business
    return urlencode(
        {
            "form_token": form_token.issue(business.pk),
            "terms": f"{service.duration_minutes} {service.price_amount} {business.currency}",
            "tz": business.timezone,
            "start": start.isoformat(),
            "name": "Vera Visitor",
            "email": f"visitor{number}@example.com",
        }
    )


if __name__ == "__main__":
    main()
