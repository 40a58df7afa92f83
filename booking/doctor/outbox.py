"""Whether what is to be told is told."""

from datetime import datetime, timedelta

from django.db.models import Min

from booking.doctor.findings import Findings, for_people, ok, problem, warning
from config.core import clock
from notifications import messages, outbox
from notifications.models import Message, MessageStatus, OutboxEvent

# Longer than a lease, so that a repeat after a crash is not taken for neglect.
TOO_LONG = timedelta(minutes=10)
RECENT = timedelta(days=7)
LOOK = "Look at Messages in the admin; each says what went wrong."


def look() -> Findings:
    found = [*_waiting(), *_failed()]
    yield from found or [ok("Nothing waits that should have been told.")]


def waiting_since() -> datetime | None:
    """The moment since when the oldest event or message waits too long; None if none does."""
    before = clock.now() - TOO_LONG
    oldest = [
        rows.filter(due_at__lt=before).aggregate(oldest=Min("due_at"))["oldest"]
        for rows in (outbox.due_events(), messages.due_messages())
    ]
    return min((moment for moment in oldest if moment), default=None)


def _waiting() -> Findings:
    since = waiting_since()
    if since:
        count = outbox.due_events().count() + messages.due_messages().count()
        yield problem(
            f"Events and messages wait ({count}), the oldest since {since:%Y-%m-%d %H:%M} UTC.",
            "Start the worker; until then: python manage.py dispatch_messages",
        )


def _failed() -> Findings:
    after = clock.now() - RECENT
    failed = Message.objects.filter(status=MessageStatus.FAILED, due_at__gt=after).count()
    if failed:
        yield warning(f"{for_people(failed, 'message')} of this week could not be sent.", LOOK)
    given_up = OutboxEvent.objects.filter(
        due_at=None, handled_at=None, created_at__gt=after
    ).count()
    if given_up:
        yield problem(
            f"{for_people(given_up, 'event')} of this week could not be handled.",
            "Look for their errors in the worker's log, and report them to us.",
        )
