"""Facts on their way out.

`record()` writes a fact in the caller's own transaction. `handle_events()` gives each, once, to
the handlers registered for it. A commit only nudges the worker; the sweep each minute is what
makes sure.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Business
from config.core import clock
from config.core.prepared import insert
from notifications.models import OutboxEvent

logger = logging.getLogger(__name__)
# A handler that takes longer, or died, is taken for dead and followed by another.
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 10

Handler = Callable[[OutboxEvent], None]
_handlers: dict[str, Handler] = {}
_after_commit: list[Callable[[], None]] = []


class _LeaseLost(Exception):
    """Another dispatcher has taken the event over, since this one took so long."""


def register_handler(name: str, handler: Handler) -> None:
    """`handler` gets every event, inside the transaction that marks it handled for that name."""
    _handlers[name] = handler


def call_after_commit(nudge: Callable[[], None]) -> None:
    """`nudge` is called after each commit that has recorded something."""
    _after_commit.append(nudge)


def record(
    name: str, *, business: Business, subject_type: str, subject_id: str, payload: dict[str, Any]
) -> None:
    """Write an event beside what it tells of, and nudge the worker after the commit."""
    event_id = uuid.uuid4()
    events = (
        OutboxEvent(
            event_id=event_id,
            handler=handler,
            name=name,
            business=business,
            subject_type=subject_type,
            subject_id=subject_id,
            payload=payload,
        )
        for handler in _handlers
    )
    insert(*events)
    for nudge in _after_commit:
        transaction.on_commit(nudge, robust=True)


def handle_events(*, limit: int = 200) -> int:
    """Hand due events to their handlers, oldest first. Returns how many were handled."""
    handled = 0
    # The next event of a subject is due only once the one before it has been handled.
    while handled < limit and (count := _handle_batch(limit)):
        handled += count
    return handled


def _handle_batch(limit: int) -> int:
    handled = 0
    for event in list(due_events().order_by("id")[:limit]):
        if _claim(event):
            handled += _handle(event)
    return handled


def _claim(event: OutboxEvent) -> bool:
    """Take an event for this dispatcher, and for as long as the lease. False: it is another's."""
    rows = due_events().filter(pk=event.pk, due_at=event.due_at)
    event.attempts += 1
    event.due_at = clock.now() + LEASE
    return bool(rows.update(due_at=event.due_at, attempts=event.attempts))


def due_events() -> QuerySet[OutboxEvent]:
    """Events that wait, but for those whose subject has an earlier one still under way."""
    earlier = OutboxEvent.objects.filter(
        handler=OuterRef("handler"),
        subject_type=OuterRef("subject_type"),
        subject_id=OuterRef("subject_id"),
        due_at__isnull=False,
        pk__lt=OuterRef("pk"),
    )
    return OutboxEvent.objects.filter(~Exists(earlier), due_at__lte=clock.now())


def _handle(event: OutboxEvent) -> bool:
    # The outcome is written only while the lease is this dispatcher's own.
    own = OutboxEvent.objects.filter(pk=event.pk, due_at=event.due_at)
    if event.attempts > MAX_ATTEMPTS:
        ended = "Every worker that tried to handle it was ended on the way."
        own.update(due_at=None, error=event.error or ended)
        return False
    try:
        with transaction.atomic():
            _handlers[event.handler](event)
            _mark_handled(own)
    except _LeaseLost:
        logger.warning("event %s (%s) took too long and was handled again", event.pk, event.name)
        return False
    except Exception as error:
        # One event that cannot be handled must not hold up those of others.
        logger.exception("event %s (%s) failed", event.pk, event.name)
        given_up = event.attempts >= MAX_ATTEMPTS
        wait = timedelta(minutes=2 ** min(event.attempts - 1, 6))
        due_at = None if given_up else clock.now() + wait
        own.update(error=(str(error) or type(error).__name__)[:2000], due_at=due_at)
        return False
    return True


def _mark_handled(own: QuerySet[OutboxEvent]) -> None:
    if not own.update(handled_at=clock.now(), due_at=None, error=""):
        raise _LeaseLost
