"""The engine's reasons in the words of the people who work there, with what is in the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from booking.availability import Explanation, Reason, Refusal
from booking.availability.reasons import Closed, LimitReached, Taken
from booking.models import BlockedPeriod, Booking, Service
from booking.taken import moment
from config.core.when import long_date, short_moment

_WORDS = {
    Refusal.OFF_GRID: "Not one of the times that are counted from the opening.",
    Refusal.NOTICE: "Sooner than the minimum notice allows, or past.",
    Refusal.HORIZON: "Farther ahead than can be booked.",
    Refusal.NO_ROOM: "No room or equipment that it needs is free.",
    Refusal.NO_SPOTS: "There are not enough free places.",
    Refusal.NOT_PLANNED: "No session is planned then.",
    Refusal.NOT_BOOKABLE: "It takes no more clients: “can be booked” is unticked on its page.",
    Refusal.DEADLINE: "Its booking deadline has passed.",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A reason as a sentence; `reference` is the booking in the way, if one is."""

    text: str
    reference: str = ""


@dataclass(slots=True)
class Reader:
    """Puts the reasons of one service into words, having looked up what they point at."""

    service: Service
    names: dict[int, str]
    bookings: dict[int, Booking] = field(default_factory=dict)
    periods: dict[int, BlockedPeriod] = field(default_factory=dict)

    @classmethod
    def of(cls, service: Service, names: dict[int, str], found: Iterable[Explanation]) -> "Reader":
        spans = [reason for reason in _reasons(found) if isinstance(reason, Taken)]
        sessions = {taken.span.id or 0 for taken in spans if taken.code != Refusal.BLOCKED}
        blocked = {taken.span.id or 0 for taken in spans if taken.code == Refusal.BLOCKED}
        business = service.business
        bookings = Booking.objects.for_business(business).filter(session__in=sessions)
        periods = BlockedPeriod.objects.for_business(business).filter(pk__in=blocked)
        return cls(
            service,
            names,
            {booking.session_id: booking for booking in bookings if booking.session_id},
            {period.pk: period for period in periods},
        )

    def read(self, reason: Reason) -> Words:
        match reason:
            case Closed():
                return Words(self._closed(reason))
            case Taken(code=Refusal.BLOCKED):
                period = self.periods.get(reason.span.id or 0)
                return Words(f"Time off: {period}." if period else "Time off.")
            case Taken():
                return self._taken(reason)
            case LimitReached():
                return Words(self._limit(reason))
            case _:
                return Words(_WORDS.get(reason.code, f"{reason.code.replace('_', ' ')}."))

    def _closed(self, reason: Closed) -> str:
        match reason.code:
            case Refusal.HOLIDAY:
                return "A public holiday."
            case Refusal.OVERRIDE:
                return "This date has other hours: see the date overrides of the schedule."
            case _ if reason.resource_id is None:
                return "Outside the hours that this service is offered in."
            case _:
                return "Not open then, or not for long enough."

    def _taken(self, reason: Taken) -> Words:
        booking = self.bookings.get(reason.span.id or 0)
        if booking is None:
            return Words("Taken in an outside calendar.")
        business = self.service.business
        when = short_moment(moment(reason.span.starts_at), business.timezone, business.locale)
        if reason.code == Refusal.BUFFER:
            text = f"The buffer: too near to {booking.client_name}, {when}."
        else:
            text = f"Taken by {booking.client_name}, {when}."
        return Words(text, booking.reference)

    def _limit(self, reason: LimitReached) -> str:
        whose = "this service" if reason.resource_id is None else "this person"
        first = long_date(reason.first_date, self.service.business.locale)
        return f"The {reason.period} from {first} has as many appointments of {whose} as allowed."

    def by_person(self, found: Explanation) -> list[tuple[str, list[Words]]]:
        """Who could give it, each with what stands in the way; nothing for who is free."""
        return [
            (self.names.get(way.provider_id or 0, ""), [self.read(why) for why in way.reasons])
            for way in found.ways
        ]


def _reasons(found: Iterable[Explanation]) -> Iterator[Reason]:
    for explanation in found:
        for way in explanation.ways:
            yield from way.reasons
