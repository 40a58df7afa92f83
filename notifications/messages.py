"""Planning messages, and telling them."""

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q

from accounts.models import Business
from notifications.channels import email
from notifications.letters import compose
from notifications.models import Audience, Message, MessageStatus
from notifications.rendering import render

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8


def plan(
    *,
    business: Business,
    dedup_key: str,
    audience: Audience,
    template: str,
    recipient: str,
    subject_type: str,
    subject_id: str,
    due_at: datetime,
) -> Message:
    """Queue a message, once for every `dedup_key`: planning again changes nothing."""
    message, _ = Message.objects.get_or_create(
        dedup_key=dedup_key,
        defaults={
            "business": business,
            "audience": audience,
            "template": template,
            "recipient": recipient,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "due_at": due_at,
        },
    )
    return message


def cancel(*, subject_type: str, subject_id: str) -> int:
    """Drop what is queued about a subject and not yet on its way. Returns how many."""
    return Message.objects.filter(
        subject_type=subject_type, subject_id=subject_id, status=MessageStatus.QUEUED
    ).update(status=MessageStatus.CANCELLED)


def send_due(*, now: datetime, limit: int = 500) -> int:
    """Send what is due, oldest first, each by one dispatcher only. Returns how many were sent."""
    due = Message.objects.filter(
        Q(status=MessageStatus.QUEUED, due_at__lte=now)
        # Its dispatcher died on the way: at least once, with the same Message-ID.
        | Q(status=MessageStatus.SENDING, claimed_until__lt=now)
    )
    sent = 0
    for message in due.select_related("business").order_by("due_at", "id")[:limit]:
        claimed = due.filter(pk=message.pk).update(
            status=MessageStatus.SENDING, claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            message.refresh_from_db(fields=["attempts"])
            sent += _send(message, now)
    return sent


def _send(message: Message, now: datetime) -> bool:
    try:
        letter = compose(
            subject_type=message.subject_type,
            template=message.template,
            subject_id=message.subject_id,
        )
        if letter is None:
            _finish(message, status=MessageStatus.CANCELLED)
            return False
        rendered = render(letter)
        email.send(message, letter, rendered)
    except Exception as error:
        # Whatever went wrong with one message, the others must not wait for it.
        logger.exception("message %s could not be sent", message.pk)
        _postpone(message, error, now)
        return False
    _finish(
        message,
        status=MessageStatus.SENT,
        sent_at=now,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        error="",
    )
    return True


def _postpone(message: Message, error: Exception, now: datetime) -> None:
    """Try again after 1, 2, 4 … minutes, and give up after the last attempt."""
    given_up = message.attempts >= MAX_ATTEMPTS
    _finish(
        message,
        status=MessageStatus.FAILED if given_up else MessageStatus.QUEUED,
        due_at=now + timedelta(minutes=2 ** (message.attempts - 1)),
        error=f"{type(error).__name__}: {error}"[:2000],
    )


def _finish(message: Message, **fields: object) -> None:
    Message.objects.filter(pk=message.pk).update(claimed_until=None, **fields)
