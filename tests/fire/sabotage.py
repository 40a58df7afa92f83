"""What goes wrong in a process of these tests, as the words of the environment variable FIRE say.

Importing it takes effect: "die-…" kills the process at that step, as power failing would, when it
comes there for the third time; "short-lease" lets others follow soon; "pause" widens the window
between reading what is due and claiming it; "read-then-mark" takes the claim's condition away.
"""

import itertools
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings

from config.core import clock
from notifications import messages, outbox
from notifications.channels import email
from notifications.models import Message, MessageStatus

DEADLY_TIME = 3
PAUSE = 0.005
Function = Callable[..., Any]


def dying_before(function: Function) -> Function:
    calls = itertools.count(1)

    def call(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == DEADLY_TIME:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)

    return call


def dying_after(function: Function) -> Function:
    calls = itertools.count(1)

    def call(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        if next(calls) == DEADLY_TIME:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return call


def after_pause(function: Function) -> Function:
    def call(*args: Any) -> Any:
        time.sleep(PAUSE)
        return function(*args)

    return call


def read_then_mark(message: Message) -> bool:
    if not messages.due_messages().filter(pk=message.pk).exists():
        return False
    time.sleep(PAUSE)
    message.claimed_until = clock.now() + messages.LEASE
    Message.objects.filter(pk=message.pk).update(
        status=MessageStatus.SENDING, claimed_until=message.claimed_until
    )
    return True


STEPS: dict[str, Callable[[], None]] = {
    "die-before-event": lambda: setattr(outbox, "_handle", dying_before(outbox._handle)),
    "die-after-plan": lambda: outbox._handlers.update(
        notices=dying_after(outbox._handlers["notices"])
    ),
    "die-after-claim": lambda: setattr(messages, "_send", dying_before(messages._send)),
    "die-after-accept": lambda: setattr(email, "send", dying_after(email.send)),
    "die-after-mark": lambda: setattr(messages, "_finish", dying_after(messages._finish)),
    "pause": lambda: setattr(messages, "_claim", after_pause(messages._claim)),
    "read-then-mark": lambda: setattr(messages, "_claim", read_then_mark),
}

settings.CELERY_BEAT_SCHEDULE["dispatch"]["schedule"] = 0.3
for word in os.environ.get("FIRE", "").split():
    if word == "short-lease":
        outbox.LEASE = messages.LEASE = timedelta(seconds=1)
    else:
        STEPS[word]()
