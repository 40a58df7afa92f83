"""Signs of life: the worker and the scheduler leave the time in the database.

The database is the one thing that both share with whoever asks, however they were started.
"""

from datetime import datetime, timedelta
from typing import Any

from celery.signals import beat_init, worker_ready

from config.core import clock
from config.core.database import brief_connection
from notifications.models import Heartbeat

WORKER = "worker"
SCHEDULER = "scheduler"
# Nudges come in bursts; one write for many of them is enough.
PAUSE = timedelta(seconds=30)


def beat(name: str) -> None:
    """Leave the present time under `name`, unless that was done a moment ago."""
    now = clock.now()
    last = last_seen(name)
    # A time in the future is that of a clock that has been set right since.
    if last is None or not now - PAUSE < last <= now:
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, seen_at=now)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["seen_at"],
        )


def last_seen(name: str) -> datetime | None:
    """When `name` left its last sign of life; None if it never did."""
    return Heartbeat.objects.filter(name=name).values_list("seen_at", flat=True).first()


@worker_ready.connect
def worker_starts(**details: Any) -> None:
    _begin(WORKER)


@beat_init.connect
def scheduler_starts(**details: Any) -> None:
    """Its first task is a minute away, and until then nobody should have to worry."""
    _begin(SCHEDULER)


def _begin(name: str) -> None:
    # The pool of connections would reach every process that the worker forks from now on.
    with brief_connection():
        beat(name)
