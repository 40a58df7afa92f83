"""When a service can be booked."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from booking import availability, offers
from booking.api.lookup import find_rulebook
from booking.api.query import NO_SUCH_SERVICE, TimesQuery, read_times_query
from booking.api.slots import days_text
from booking.availability import Slot, iso_times
from booking.closures import closure_of, closure_of_service
from booking.rulebook import Rulebook
from config.core import clock
from config.core.api_view import View


class AvailabilityView(View):
    """The free times of a service, for each date from `start` to `end` in `timezone`.

    `next_available` is the first start that can be booked from `start` on; beyond `end`, up to the
    horizon, it is only looked for when nothing is free in between. `bookings_count` counts the
    service's bookings on these dates, of the provider asked for if there is one. `blocked_dates`
    are dates of the business's calendar that time off takes as a whole: the business's own, or
    that of everybody asked for. While bookings are closed, nothing is free at all.
    """

    def get(self, request: Request, business_slug: str) -> HttpResponse:
        asked = request.query_params
        rulebook = find_rulebook(business_slug)
        service = rulebook.offered.get(asked.get("service", ""))
        if service is None:
            raise ValidationError({"service": [NO_SUCH_SERVICE]})
        query = read_times_query(asked, service, rulebook)
        text = _Search(rulebook, query, clock.now()).text()
        return HttpResponse(text, content_type="application/json")


@dataclass(frozen=True, slots=True)
class _Search:
    rulebook: Rulebook
    query: TimesQuery
    now: datetime

    def text(self) -> str:
        """The whole answer as JSON."""
        query, service = self.query, self.query.wish.service
        slots, blocked, bookings_count = self._look()
        head = {
            "service": service.slug,
            "timezone": query.timezone,
            "start": query.first.isoformat(),
            "end": query.last.isoformat(),
            "next_available": self._next_available(slots),
            "bookings_count": bookings_count,
            "blocked_dates": [day.isoformat() for day in blocked],
        }
        days = days_text(slots, self.rulebook, query)
        return f'{json.dumps(head)[:-1]},"days":{days}}}'

    def _is_closed(self) -> bool:
        service = self.query.wish.service
        closures = closure_of(service.business, self.now), closure_of_service(service, self.now)
        return any(closures)

    def _look(self) -> tuple[list[Slot], list[date], int]:
        """The slots, the dates that time off takes as a whole, and how many bookings there are."""
        asked = self.query
        first, last = asked.first, asked.last
        known, bookings = offers.query_and_bookings(
            self.rulebook,
            asked.wish,
            first=first,
            last=last,
            viewer_tz=asked.timezone,
            now=self.now,
        )
        whom = asked.wish.provider_id
        count = sum(number for pk, number in bookings.items() if whom in {None, pk})
        if self._is_closed():
            return [], [], count
        slots = availability.find_slots(
            known,
            viewer_tz=asked.timezone,
            first=first,
            last=last,
            include_full=asked.include_full,
        )
        return slots, availability.blocked_dates(known, first=first, last=last), count

    def _next_available(self, slots: list[Slot]) -> str | None:
        asked = self.query
        free = next((slot for slot in slots if slot.spots_left >= asked.wish.spots), None)
        if free is None and not self._is_closed():
            free = offers.next_slot(
                self.rulebook,
                asked.wish,
                after=asked.last + timedelta(days=1),
                viewer_tz=asked.timezone,
                now=self.now,
            )
        return iso_times([free.starts_at], asked.timezone)[0] if free else None
