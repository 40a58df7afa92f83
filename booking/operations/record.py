"""The last two steps of every transition: a line of history, and the event on its way out."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from booking import events
from booking.events import SUBJECT_TYPE
from booking.models import ActorKind, Booking, HistoryEntry, Source
from config.core.prepared import insert
from notifications import outbox

Facts = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something, and through which door."""

    kind: ActorKind
    source: Source
    user: User | None = None


BY_ITSELF = Actor(kind=ActorKind.SYSTEM, source=Source.WORKER)


def record_change(
    booking: Booking,
    event: events.Event,
    *,
    actor: Actor,
    now: datetime,
    before: Facts,
    after: Facts,
    tell_client: bool = True,
) -> None:
    """Write down what has happened, and record the event; `tell_client` says who hears of it."""
    entry = HistoryEntry(
        booking=booking,
        at=now,
        event=event,
        actor_kind=actor.kind,
        actor=actor.user,
        source=actor.source,
        before=before,
        after=after,
    )
    insert(entry)
    outbox.record(
        event,
        business=booking.business,
        subject_type=SUBJECT_TYPE,
        subject_id=str(booking.uuid),
        payload=dict(
            events.payload(booking, event, actor_kind=actor.kind, tell_client=tell_client)
        ),
    )
