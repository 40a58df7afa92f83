import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from notifications import heartbeat, messages, outbox

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def dispatch(*, is_scheduled: bool = False) -> int:
    """Handle waiting events, then send what is due. Harmless however often it runs."""
    heartbeat.beat(heartbeat.WORKER)
    if is_scheduled:
        heartbeat.beat(heartbeat.SCHEDULER)
    outbox.handle_events()
    return messages.send_due()


def nudge() -> None:
    """Ask a worker to dispatch now. Without a broker nothing is lost: the sweep will send."""
    try:
        dispatch.apply_async(expires=60, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("the queue cannot be reached, the sweep will send: %s", error)
