"""The admin's home: the link to share, what waits, and what comes next."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.models import Business
from accounts.scoped_admin import own_businesses
from booking.links import booking_url
from booking.models import Booking
from config.core import clock

NEXT = 5


@dataclass(frozen=True, slots=True)
class BusinessSummary:
    business: Business
    link: str
    pending: int
    upcoming: int


def home_context(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    bookings = Booking.objects.visible_to(request.user)
    upcoming = bookings.upcoming(now).select_related("business", "service", "provider")
    return {
        "businesses": [_summary(business) for business in own_businesses(request)[:10]],
        "next_bookings": upcoming[:NEXT],
    }


def _summary(business: Business) -> BusinessSummary:
    bookings = Booking.objects.for_business(business)
    return BusinessSummary(
        business=business,
        link=booking_url(business.slug),
        pending=bookings.pending().count(),
        upcoming=bookings.upcoming(clock.now()).count(),
    )
