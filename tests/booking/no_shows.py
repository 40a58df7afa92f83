"""A client who did not come, and what the business has follow from it."""

from datetime import datetime

import time_machine

from accounts.models import Business
from booking.models import ActorKind, Source
from booking.models.settings import NoShowAction
from booking.operations import Actor, mark_no_show
from tests.conftest import Book, at

STAFF = Actor(kind=ActorKind.MEMBER, source=Source.PHONE)
REFUSAL = (
    "We cannot take this booking online. Please call us on +49 30 901820 or write to"
    " hello@salon.example, and we will find a time together."
)


def follow(business: Business, action: NoShowAction, *, limit: int = 2, months: int = 12) -> None:
    own = business.settings
    own.no_show_action, own.no_show_limit, own.no_show_months = action, limit, months
    own.save()


def miss_two(booked: Book, clock: time_machine.Traveller) -> datetime:
    """Eva does not come on the 2nd of March, at eight and at nine; from then on it is the 3rd."""
    bookings = booked(at(8)), booked(at(9), email="Eva@Example.com")
    clock.move_to(at(6, day=3))
    for booking in bookings:
        mark_no_show(booking=booking, actor=STAFF)
    return at(6, day=3)
