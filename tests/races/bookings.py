"""Free times, and calls that book them over HTTP."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import httpx

from booking import offers
from booking.models import Service
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.web import form_token
from booking.wish import Wish
from config.core import clock
from tests.races.conftest import Server


def free_starts(service: Service) -> list[datetime]:
    today = clock.now().date()
    slots = offers.find_slots(
        rulebook_of(service.business),
        Wish(service=service),
        first=today + timedelta(days=7),
        last=today + timedelta(days=13),
        viewer_tz="UTC",
        now=clock.now(),
    )
    return [moment(slot.starts_at) for slot in slots]


def bookings_of(
    server: Server,
    start: datetime,
    *,
    count: int = 1,
    first: int = 0,
    slug: str = "haircut",
    **fields: str,
) -> list[Callable[[], httpx.Response]]:
    """Calls that book the start, each with a form of its own, as different people."""
    return [
        partial(
            httpx.post,
            f"{server.url}/book/salon-mara/{slug}/confirm/",
            data=fields
            | {
                "form_token": form_token.issue(_business_id()),
                "start": start.isoformat(),
                "name": f"Client {number}",
                "email": f"client{number}@example.com",
            },
            timeout=60,
        )
        for number in range(first, first + count)
    ]


def _business_id() -> int:
    return Service.objects.values_list("business_id", flat=True).distinct().get()
