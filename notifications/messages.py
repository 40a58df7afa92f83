"""Planning messages, and telling them."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from accounts.models import Business
from config.core import clock
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


def cancel(*, subject_type: str, subject_id: str, templates: Collection[str]) -> int:
    """Drop what is queued of these kinds about a subject. Returns how many."""
    return Message.objects.filter(
        subject_type=subject_type,
        subject_id=subject_id,
        template__in=templates,
        status=MessageStatus.QUEUED,
    ).update(status=MessageStatus.CANCELLED)


def send_due(*, limit: int = 200) -> int:
    """Send what is due, oldest first, each by one dispatcher only. Returns how many were sent."""
    sent = 0
    for message in list(due_messages().select_related("business").order_by("due_at", "id")[:limit]):
        message.claimed_until = clock.now() + LEASE
        claimed = due_messages().filter(pk=message.pk, attempts=message.attempts)
        if claimed.update(
            status=MessageStatus.SENDING,
            claimed_until=message.claimed_until,
            attempts=F("attempts") + 1,
        ):
            message.attempts += 1
            sent += _send(message)
    return sent


def due_messages() -> QuerySet[Message]:
    now = clock.now()
    return Message.objects.filter(
        Q(status=MessageStatus.QUEUED, due_at__lte=now)
        # Its dispatcher died on the way: at least once, with the same Message-ID.
        | Q(status=MessageStatus.SENDING, claimed_until__lt=now)
    )


def _send(message: Message) -> bool:
    if message.attempts > MAX_ATTEMPTS:
        # It has ended every dispatcher that tried; the error of the last one says how.
        _finish(message, status=MessageStatus.FAILED)
        return False
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
        _postpone(message, error)
        return False
    kept = rendered.without(letter.secrets)
    _finish(
        message,
        status=MessageStatus.SENT,
        sent_at=clock.now(),
        subject=kept.subject,
        text=kept.text,
        html=kept.html,
        error="",
    )
    return True


def _postpone(message: Message, error: Exception) -> None:
    """Try again after 1, 2, 4 … minutes, and give up after the last attempt."""
    given_up = message.attempts >= MAX_ATTEMPTS
    _finish(
        message,
        status=MessageStatus.FAILED if given_up else MessageStatus.QUEUED,
        due_at=clock.now() + timedelta(minutes=2 ** (message.attempts - 1)),
        error=f"{type(error).__name__}: {error}"[:2000],
    )


def _finish(message: Message, **fields: object) -> None:
    """Write the outcome, unless the lease has ended and another dispatcher has taken over."""
    own = Message.objects.filter(
        pk=message.pk, status=MessageStatus.SENDING, claimed_until=message.claimed_until
    )
    own.update(claimed_until=None, **fields)
