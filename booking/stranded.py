"""Bookings to come that the rules, as they are now, would no longer give."""

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import datetime

from accounts.models import Business
from booking.availability import Starts
from booking.availability.opening import why_closed
from booking.models import Booking
from booking.models.booking import BookingQuerySet
from booking.rulebook import Rulebook, rulebook_of
from booking.taken import instant


def stranded_bookings(business: Business, now: datetime) -> list[Booking]:
    """The open bookings to come, soonest first, that could not be booked like this any more.

    Because of opening hours, time off, or what is archived or no longer offered; what else was
    booked, notice, limits and pauses do not count. Few queries, however many bookings there are.
    """
    upcoming = Booking.objects.for_business(business).upcoming(now)
    bookings = list(upcoming.select_related("session"))
    if not bookings:
        return []
    rules, resource_ids = rulebook_of(business), _resources_by_booking(upcoming)
    return [
        booking for booking in bookings if not _is_given(rules, booking, resource_ids[booking.pk])
    ]


def _is_given(rules: Rulebook, booking: Booking, resource_ids: Set[int]) -> bool:
    """Whether the booking, which takes the time of these resources, could be had by the rules.

    A planned session is where it was planned, whatever the hours.
    """
    return (
        # What is archived is in no rulebook.
        booking.service_id in rules.services
        and resource_ids <= rules.hours.keys()
        and not _is_off(rules, booking, resource_ids)
        and (_is_planned(rules, booking) or _is_offered(rules, booking, resource_ids))
    )


def _is_planned(rules: Rulebook, booking: Booking) -> bool:
    """A request that takes no place yet is for a planned session where there are no others."""
    if booking.session is None:
        return rules.services[booking.service_id].starts == Starts.PLANNED
    return booking.session.is_planned


def _is_off(rules: Rulebook, booking: Booking, resource_ids: Iterable[int]) -> bool:
    start, end = instant(booking.starts_at), instant(booking.ends_at)
    return any(
        span.starts_at < end and start < span.ends_at
        for resource_id in (None, *resource_ids)
        for span in rules.blocked.get(resource_id, ())
    )


def _is_offered(rules: Rulebook, booking: Booking, resource_ids: Iterable[int]) -> bool:
    """Whether the provider still gives the service, and all that it takes is open then."""
    start, end = instant(booking.starts_at), instant(booking.ends_at)
    if booking.provider_id not in rules.providers.get(booking.service_id, ()):
        return False
    schedules = [rules.hours[pk] for pk in resource_ids]
    schedules.append(rules.services[booking.service_id].schedule)
    return not any(why_closed(hours, start, end, None) for hours in schedules if hours)


def _resources_by_booking(bookings: BookingQuerySet) -> dict[int, set[int]]:
    """The ids of its provider and of all whose time its session takes, by booking id."""
    taken: dict[int, set[int]] = defaultdict(set)
    rows = bookings.values_list("pk", "provider_id", "session__claims__resource_id")
    for pk, provider_id, resource_id in rows:
        taken[pk] |= {provider_id, resource_id} - {None}
    return taken
