"""The admin's home: the link to share, what waits, and what comes next."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.models import Business
from accounts.permissions import Ability, can
from accounts.scoped_admin import own_businesses
from booking.closures import Closure, closure_of
from booking.links import booking_url
from booking.models import Booking, Service
from config.core import clock

NEXT = 5


@dataclass(frozen=True, slots=True)
class BusinessSummary:
    business: Business
    link: str
    pending: int
    upcoming: int
    can_be_booked: bool
    closure: Closure | None
    filter: str
    may_serve: bool


def home_context(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    bookings = Booking.objects.visible_to(request.user)
    upcoming = bookings.upcoming(now).select_related("business", "service", "provider")
    businesses = list(own_businesses(request).select_related("settings")[:10])
    return {
        "businesses": [
            _summary(request, business, is_only=len(businesses) == 1) for business in businesses
        ],
        "may_manage": can(request.user, Ability.MANAGE),
        "next_bookings": upcoming[:NEXT],
    }


def _summary(request: HttpRequest, business: Business, *, is_only: bool) -> BusinessSummary:
    bookings = Booking.objects.for_business(business)
    services = Service.objects.for_business(business).active()
    return BusinessSummary(
        business=business,
        link=booking_url(business.slug),
        pending=bookings.unanswered(clock.now()).count(),
        upcoming=bookings.upcoming(clock.now()).count(),
        can_be_booked=services.filter(providers__is_active=True).exists(),
        closure=closure_of(business, clock.now()),
        filter="" if is_only else f"&business__id__exact={business.pk}",
        may_serve=can(request.user, Ability.SERVE, business),
    )
