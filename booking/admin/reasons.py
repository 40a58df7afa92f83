"""The engine's reasons in the words of the people who work there, with what is in the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Prefetch

from booking import availability
from booking.availability import (
    Closed,
    Explanation,
    Instant,
    LimitReached,
    NoRoom,
    Reason,
    Refusal,
    Refused,
    Taken,
    Way,
)
from booking.models import (
    BlockedPeriod,
    Booking,
    Hold,
    HoldPurpose,
    RequiredGroup,
    Service,
    Session,
)
from booking.taken import moment
from config.core import clock
from config.core.when import clock_time, long_date, short_moment

_WORDS = {
    Refusal.OFF_GRID: "Not one of the times that are counted from the opening.",
    Refusal.NOTICE: "Sooner than the minimum notice allows, or past.",
    Refusal.HORIZON: "Farther ahead than can be booked.",
    Refusal.NO_SPOTS: "There are not enough free places.",
    Refusal.NOT_PLANNED: "No session is planned then.",
    Refusal.NOT_BOOKABLE: "It takes no more clients: “can be booked” is unticked on its page.",
    Refusal.DEADLINE: "Its booking deadline has passed.",
}
_KEPT_FOR = {
    HoldPurpose.BROWSER: "somebody who is filling in the form",
    HoldPurpose.OFFER: "a client to whom it was offered",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A reason as a sentence; with the reference of the booking, or the planned session, in the
    way, if one is.
    """

    text: str
    reference: str = ""
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Puts the reasons of one service into words, having looked up what they point at."""

    service: Service
    names: dict[int, str]
    groups: dict[int, str]
    sessions: dict[int, Session]
    periods: dict[int, BlockedPeriod]

    @classmethod
    def of(cls, service: Service, names: dict[int, str], found: Iterable[Explanation]) -> "Reader":
        """`names` are those of people, rooms and equipment, by id."""
        reasons = (why for explanation in found for way in explanation.ways for why in way.reasons)
        return cls.of_reasons(service, names, reasons)

    @classmethod
    def of_reasons(
        cls, service: Service, names: dict[int, str], reasons: Iterable[Reason]
    ) -> "Reader":
        spans = [reason for reason in _flat(reasons) if isinstance(reason, Taken)]
        blocked = [taken.span for taken in spans if taken.code == Refusal.BLOCKED]
        claimed = [taken.span for taken in spans if isinstance(taken.span, availability.Claim)]
        periods = BlockedPeriod.objects.for_business(service.business)
        groups = RequiredGroup.objects.filter(service=service)
        return cls(
            service,
            names,
            groups=dict(groups.values_list("pk", "name")),
            sessions=_sessions(service, _ids(claimed)),
            periods={period.pk: period for period in periods.filter(pk__in=_ids(blocked))},
        )

    def by_person(self, found: Explanation) -> list[tuple[str, list[Words]]]:
        """The ways to have it, and each room that they miss, each with what stands in its way.

        Nothing for a way that is free.
        """
        missing = [why for way in found.ways for why in way.reasons if isinstance(why, NoRoom)]
        rooms = dict.fromkeys(member for reason in missing for member in reason.members)
        ways = [(self._way(way), [self._read(why) for why in way.reasons]) for way in found.ways]
        return [*ways, *((self._name(room), self.read_all(room.reasons)) for room in rooms)]

    def read_all(self, reasons: Iterable[Reason]) -> list[Words]:
        """With the reasons of each room that is missing, after its name."""
        read = []
        for reason in reasons:
            read.append(self._read(reason))
            for room in reason.members if isinstance(reason, NoRoom) else ():
                read += [self._of_room(room, words) for words in self.read_all(room.reasons)]
        return read

    def _of_room(self, room: Refused, words: Words) -> Words:
        text = f"{self._name(room)}: {words.text[:1].lower()}{words.text[1:]}"
        return replace(words, text=text)

    def _name(self, room: Refused) -> str:
        return self.names.get(room.resource_id, "")

    def _way(self, way: Way) -> str:
        name = self.names.get(way.provider_id or 0, "")
        return f"Join the session with {name}:" if way.session_id else name

    def _read(self, reason: Reason) -> Words:
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
            case NoRoom():
                return Words(self._no_room(reason))
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
        session = self.sessions.get(reason.span.id or 0)
        is_near = reason.code == Refusal.BUFFER
        if session and not session.is_planned and not session.bookings.all():
            kept = self._kept(session)
            return Words(
                f"The buffer: too near to a time {kept}."
                if is_near
                else f"{kept[:1].upper()}{kept[1:]}."
            )
        words = self._taker(session, reason.span)
        return replace(
            words, text=f"{'The buffer: too near to' if is_near else 'Taken by'} {words.text}."
        )

    def _taker(self, session: Session | None, span: availability.Span) -> Words:
        """Who or what has the span, and when it begins."""
        when = self._moment(span.starts_at)
        if not isinstance(span, availability.Claim):
            return Words(f"an appointment in an outside calendar, {when}")
        if span.id is None:
            return Words(f"another of these dates, {when}")
        if session is None:
            return Words(f"a booking, {when}")
        if session.is_planned:
            places = f"{session.spots_taken} of {session.capacity} places taken"
            return Words(f"the session {session} ({places})", session_id=session.pk)
        first, *others = session.bookings.all()
        company = f" and {len(others)} more" if others else ""
        return Words(f"{first.client_name}{company}, {when}", first.reference)

    def _kept(self, session: Session) -> str:
        holds = list(session.holds.all())
        if not holds:
            return "kept for somebody until a moment ago"
        last = max(holds, key=lambda hold: hold.expires_at)
        whom = _KEPT_FOR.get(HoldPurpose(last.purpose), "somebody")
        business = self.service.business
        until = clock_time(last.expires_at, business.timezone, business.locale)
        return f"kept for {whom}, until {until}"

    def _moment(self, starts_at: Instant) -> str:
        business = self.service.business
        return short_moment(moment(starts_at), business.timezone, business.locale)

    def _limit(self, reason: LimitReached) -> str:
        pk = reason.resource_id
        whose = "this service" if pk is None else self.names.get(pk, "this person")
        first = long_date(reason.first_date, self.service.business.locale)
        return f"The {reason.period} from {first} has as many appointments of {whose} as allowed."

    def _no_room(self, reason: NoRoom) -> str:
        group = self.groups.get(reason.group_id, "what it needs")
        if not reason.members:
            return f"Of “{group}” there is nothing that can be used."
        return f"None of “{group}” is free."


def _ids(spans: Iterable[availability.Span]) -> set[int]:
    return {span.id for span in spans if span.id is not None}


def _sessions(service: Service, pks: set[int]) -> dict[int, Session]:
    """With who is in them, and who only keeps a place for now."""
    holds = Hold.objects.live(clock.now())
    rows = Session.objects.for_business(service.business).select_related("service", "business")
    rows = rows.prefetch_related(Prefetch("bookings", Booking.objects.order_by("created_at", "id")))
    rows = rows.prefetch_related(Prefetch("holds", holds))
    return {session.pk: session for session in rows.filter(pk__in=pks)}


def _flat(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """With the reasons of each room that is not free."""
    for reason in reasons:
        yield reason
        if isinstance(reason, NoRoom):
            for member in reason.members:
                yield from member.reasons
