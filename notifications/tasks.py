import logging
import time
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from kombu.exceptions import OperationalError

from notifications import heartbeat, messages, outbox

logger = logging.getLogger(__name__)
NUDGES = "nudges"
# Within this time after a failure no request waits for the queue again.
AWAY_SECONDS = 10
_away_until = 0.0


@shared_task(ignore_result=True)
def dispatch(*, is_scheduled: bool = False) -> int:
    """Handle waiting events, then send what is due. Harmless however often it runs."""
    heartbeat.beat(heartbeat.WORKER)
    if is_scheduled:
        heartbeat.beat(heartbeat.SCHEDULER)
    outbox.handle_events()
    return messages.send_due()


def nudge(**signal_details: Any) -> None:
    """Ask a worker to dispatch now. Without a queue nothing is lost: the sweep will send."""
    global _away_until
    if time.monotonic() < _away_until:
        return
    try:
        with dispatch.app.connection_or_acquire() as connection:
            _put_nudge(connection)
    except (OperationalError, OSError) as error:
        _away_until = time.monotonic() + AWAY_SECONDS
        logger.warning("the queue cannot be reached, the sweep will send: %s", error)


def _put_nudge(connection: Any) -> None:
    """Queue a nudge, unless one waits there still.

    Who takes the waiting one does so after this look, thus after the commit that nudges, and reads
    what was committed. One that was taken before does not count: its dispatch may have read too
    early, and gets a successor.
    """
    try:
        queue = connection.default_channel.queue_declare(NUDGES, durable=True, auto_delete=False)
        if not queue.message_count:
            dispatch.apply_async(producer=connection.Producer(), queue=NUDGES, retry=False)
    except connection.connection_errors + connection.channel_errors as error:
        raise OperationalError(str(error)) from error


# What fell due while no worker ran does not wait for the first sweep.
worker_ready.connect(nudge)
