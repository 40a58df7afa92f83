"""What was chosen before the form: a time, with whom, for how long and how many."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.http import QueryDict

from booking.models import Hold, Service, Session
from booking.web.query import ANYBODY, PageQuery, read_query, read_start
from booking.wish import Wish, keeps
from config.core import clock


@dataclass(slots=True)
class Choice:
    """`problem` says which part of it cannot be read, and then nothing can be booked by it."""

    service: Service
    query: PageQuery
    start: datetime | None
    # One session out of several that begin at once.
    session: Session | None = None
    problem: str = ""
    # The provider and the session as asked for: others are never booked in the place of those that
    # are gone.
    wished: dict[str, str] = field(default_factory=dict)
    # The time that was lost, while another is being chosen in its place.
    lost: datetime | None = None

    @property
    def wish(self) -> Wish:
        session_id = self.session.pk if self.session else None
        return replace(self.query.wish(self.service), session_id=session_id)

    @property
    def kept(self) -> Hold | None:
        """The hold that keeps just this time, as long as it does."""
        hold = self.query.hold
        if not hold or not self.start or hold.expires_at <= clock.now():
            return None
        return hold if keeps(hold, self.wish, self.start) else None

    @property
    def duration_minutes(self) -> int:
        if self.session:
            return int((self.session.ends_at - self.session.starts_at).total_seconds()) // 60
        return self.query.duration_minutes or self.service.duration_minutes

    @property
    def price_amount(self) -> int:
        return self.service.price_amount * self.query.spots

    @property
    def terms(self) -> str:
        """What the client agrees to by sending the form; it travels with it as it was shown."""
        currency = self.service.business.currency
        return f"{self.duration_minutes} {self.price_amount} {currency}"

    def address(self, *, hold: Hold | None = None) -> str:
        """The query string of the form for this choice, with a hold of its own."""
        start = self.start.strftime("%Y-%m-%dT%H:%M:%SZ") if self.start else None
        public_id = str(hold.public_id) if hold else None
        return self.query.address(start=start, hold=public_id, **self.wished)


def read_choice(service: Service, data: QueryDict) -> Choice:
    query = read_query(data, service)
    # A press on one of the times sends both in one: the start, and the session to join.
    start, _, session = data.get("chosen", "").partition(" ")
    start, session = start or data.get("start", ""), session or data.get("session", "")
    # The address of a form names its zone, whatever the browser's is.
    query.is_zone_asked = True
    asked = (("provider", data.get("provider", "")), ("session", session))
    choice = Choice(
        service=service,
        query=query,
        start=read_start(start),
        wished={name: text[:36] for name, text in asked if text and text != ANYBODY},
        lost=read_start(data.get("lost", "")),
    )
    if session:
        choice.session = _find_session(service, session)
    choice.problem = _problem(choice, data)
    return choice


def _problem(choice: Choice, data: QueryDict) -> str:
    asked = choice.wished
    if "session" in asked and choice.session is None:
        return "This session does not take place any more. Please choose another one."
    if "provider" in asked and choice.query.provider is None:
        return "This person does not offer this service. Please choose another time."
    if data.get("duration") and choice.query.duration_minutes is None:
        return "This service does not last so long any more. Please choose a time again."
    return "" if choice.start else "Please choose a time."


def _find_session(service: Service, public_id: str) -> Session | None:
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    sessions = Session.objects.filter(service=service).select_related("provider")
    return sessions.filter(public_id=wanted).first()
