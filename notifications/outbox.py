"""Facts on their way out.

`record()` writes a fact in the caller's own transaction. `handle_events()` gives each, once, to
the handlers registered for it. A commit only nudges the worker; the sweep each minute is what
makes sure.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from accounts.models import Business
from notifications.models import OutboxEvent

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)

Handler = Callable[[OutboxEvent], None]
_handlers: list[Handler] = []


def register_handler(handler: Handler) -> None:
    """`handler` is called for every event, inside the transaction that marks it handled."""
    _handlers.append(handler)


def record(name: str, *, business: Business, payload: dict[str, Any]) -> OutboxEvent:
    """Write an event beside what it tells of, and nudge the worker after the commit."""
    event = OutboxEvent.objects.create(name=name, business=business, payload=payload)
    transaction.on_commit(_nudge, robust=True)
    return event


def handle_events(*, now: datetime, limit: int = 500) -> int:
    """Hand waiting events to their handlers, oldest first. Returns how many were handled."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    waiting = OutboxEvent.objects.filter(free, handled_at__isnull=True)
    handled = 0
    for event in waiting.order_by("id")[:limit]:
        claimed = waiting.filter(pk=event.pk).update(
            claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            handled += _handle(event, now)
    return handled


def _handle(event: OutboxEvent, now: datetime) -> bool:
    try:
        with transaction.atomic():
            for handler in _handlers:
                handler(event)
            OutboxEvent.objects.filter(pk=event.pk).update(
                handled_at=now, claimed_until=None, error=""
            )
    except Exception as error:
        # One event that cannot be handled must not hold up the others: it keeps its lease, is
        # tried again after that, and shows its error.
        logger.exception("event %s (%s) failed", event.pk, event.name)
        OutboxEvent.objects.filter(pk=event.pk).update(error=str(error)[:2000])
        return False
    return True


def _nudge() -> None:
    # Imported late: the task imports this module.
    from notifications.tasks import nudge

    nudge()
