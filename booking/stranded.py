"""Bookings to come that the rules, as they are now, would no longer give."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Business
from booking.availability import Span
from booking.availability.opening import why_closed
from booking.models import BlockedPeriod, Booking
from booking.models.booking import BookingQuerySet
from booking.rulebook import Rulebook, rulebook_of
from booking.taken import instant, span_of


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rulebook, which holds only what is active, and `time_off` by resource id.

    That of everybody is under None.
    """

    rulebook: Rulebook
    time_off: Mapping[int | None, list[Span]]

    def give(self, booking: Booking, resource_ids: Set[int]) -> bool:
        """Whether the booking, which takes the time of these resources, could be had by the rules.

        A planned session is where it was planned, whatever the hours.
        """
        is_planned = booking.session is not None and booking.session.is_planned
        return (
            booking.service_id in self.rulebook.services
            and resource_ids <= self.rulebook.hours.keys()
            and not self._is_off(booking, resource_ids)
            and (is_planned or self._is_offered(booking, resource_ids))
        )

    def _is_off(self, booking: Booking, resource_ids: Iterable[int]) -> bool:
        start, end = instant(booking.starts_at), instant(booking.ends_at)
        return any(
            span.starts_at < end and start < span.ends_at
            for resource_id in (None, *resource_ids)
            for span in self.time_off.get(resource_id, ())
        )

    def _is_offered(self, booking: Booking, resource_ids: Iterable[int]) -> bool:
        """Whether the provider still gives the service, and all that it takes is open then."""
        rules, start, end = self.rulebook, instant(booking.starts_at), instant(booking.ends_at)
        if booking.provider_id not in rules.providers.get(booking.service_id, ()):
            return False
        schedules = [rules.hours[pk] for pk in resource_ids]
        schedules.append(rules.services[booking.service_id].schedule)
        return not any(why_closed(hours, start, end, None) for hours in schedules if hours)


def stranded_bookings(business: Business, now: datetime) -> list[Booking]:
    """The open bookings to come, soonest first, that could not be booked like this any more.

    Because of opening hours, time off, or what is archived or no longer offered; what else was
    booked, notice, limits and pauses do not count. Few queries, however many bookings there are.
    """
    upcoming = Booking.objects.for_business(business).upcoming(now)
    bookings = list(upcoming.select_related("session"))
    if not bookings:
        return []
    rules, resource_ids = _rules_during(bookings, business), _resources_by_booking(upcoming)
    return [booking for booking in bookings if not rules.give(booking, resource_ids[booking.pk])]


def _rules_during(bookings: list[Booking], business: Business) -> _Rules:
    """The rules with all time off around the bookings, which come soonest first."""
    rulebook = rulebook_of(business)
    begin, end = bookings[0].starts_at, max(booking.ends_at for booking in bookings)
    time_off: dict[int | None, list[Span]] = defaultdict(list)
    for period in BlockedPeriod.objects.for_business(business).touching(begin, end):
        time_off[period.resource_id].append(span_of(period, rulebook.timezone))
    return _Rules(rulebook, time_off)


def _resources_by_booking(bookings: BookingQuerySet) -> dict[int, set[int]]:
    """The ids of its provider and of all whose time its session takes, by booking id."""
    taken: dict[int, set[int]] = defaultdict(set)
    rows = bookings.values_list("pk", "provider_id", "session__claims__resource_id")
    for pk, provider_id, resource_id in rows:
        taken[pk] |= {provider_id, resource_id} - {None}
    return taken
