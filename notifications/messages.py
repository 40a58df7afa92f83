"""Planning messages, and telling them."""

import logging
import random
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from accounts.models import Business
from config.core import clock
from notifications.channels import email
from notifications.channels.errors import ChannelAway, Refused
from notifications.letters import compose
from notifications.models import Audience, Message, MessageStatus
from notifications.rendering import render

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
LONGEST_WAIT = timedelta(hours=6)
# What one client may get from one business in 24 hours. More is a loop, or somebody's revenge.
DAILY_LIMIT = 20


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
    """Send what is due, oldest first, each by one dispatcher only. Returns how many were sent.

    When nothing gets through, the rest waits untried for the next round.
    """
    sent = 0
    for message in list(due_messages().select_related("business").order_by("due_at", "id")[:limit]):
        if not _claim(message):
            continue
        try:
            sent += _send(message)
        except ChannelAway as error:
            logger.warning("nothing can be sent: %s", error)
            _postpone(message, error)
            break
    return sent


def _claim(message: Message) -> bool:
    """Take a message for this dispatcher, and for as long as the lease. False: it is another's."""
    rows = due_messages().filter(pk=message.pk, attempts=message.attempts)
    message.attempts += 1
    message.claimed_until = clock.now() + LEASE
    claimed = rows.update(
        status=MessageStatus.SENDING,
        claimed_until=message.claimed_until,
        attempts=message.attempts,
    )
    return bool(claimed)


def due_messages() -> QuerySet[Message]:
    now = clock.now()
    return Message.objects.filter(
        Q(status=MessageStatus.QUEUED, due_at__lte=now)
        # Its dispatcher died on the way: at least once, with the same Message-ID.
        | Q(status=MessageStatus.SENDING, claimed_until__lt=now)
    )


def _send(message: Message) -> bool:
    if message.attempts > MAX_ATTEMPTS:
        ended = "Every worker that tried to send it was ended on the way."
        _finish(message, status=MessageStatus.FAILED, error=message.error or ended)
        return False
    if _is_over_limit(message):
        logger.warning("message %s is over the limit of its recipient", message.pk)
        limit = f"Not sent: this address has had {DAILY_LIMIT} messages within 24 hours."
        _finish(message, status=MessageStatus.FAILED, error=limit)
        return False
    try:
        letter = compose(message)
        if letter is None:
            _finish(message, status=MessageStatus.CANCELLED)
            return False
        rendered = render(letter)
        email.send(message, letter, rendered)
    except ChannelAway:
        raise
    except Refused as refusal:
        _finish(message, status=MessageStatus.FAILED, error=str(refusal)[:2000])
        return False
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


def _is_over_limit(message: Message) -> bool:
    """Whether a client has had enough for a day, counting what others are sending just now.

    Claims are committed before they count each other: never more than the limit goes out, and
    nothing is held back from a client with no more than that on its way.
    """
    if message.audience != Audience.CLIENT:
        return False
    others = Message.objects.filter(
        Exact(Lower("recipient"), message.recipient.lower()),
        Q(status=MessageStatus.SENDING)
        | Q(status=MessageStatus.SENT, sent_at__gt=clock.now() - timedelta(days=1)),
        business=message.business,
        audience=Audience.CLIENT,
    )
    return others.exclude(pk=message.pk).count() >= DAILY_LIMIT


def _postpone(message: Message, error: Exception) -> None:
    """Try again after about 1, 4, 16 … minutes, and give up after the last attempt.

    Together most of a day, so that a night without a mail server loses nothing.
    """
    words = str(error) if isinstance(error, ChannelAway) else f"{type(error).__name__}: {error}"
    if message.attempts >= MAX_ATTEMPTS:
        _finish(message, status=MessageStatus.FAILED, error=words[:2000])
        return
    due_at = clock.now() + _wait(message.attempts)
    _finish(message, status=MessageStatus.QUEUED, due_at=due_at, error=words[:2000])


def _wait(attempts: int) -> timedelta:
    wait = min(timedelta(minutes=4 ** (attempts - 1)), LONGEST_WAIT)
    # What failed together shall not come again together.
    return wait * random.uniform(0.75, 1.25)  # noqa: S311


def _finish(message: Message, **fields: object) -> None:
    """Write the outcome, unless the lease has ended and another dispatcher has taken over."""
    own = Message.objects.filter(
        pk=message.pk, status=MessageStatus.SENDING, claimed_until=message.claimed_until
    )
    own.update(claimed_until=None, **fields)
