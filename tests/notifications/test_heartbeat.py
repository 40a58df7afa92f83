from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from celery.signals import beat_init, worker_ready
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import heartbeat
from notifications.models import Heartbeat
from notifications.tasks import dispatch
from tests.conftest import NOW


def writes(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("INSERT") for query in queries.captured_queries)


@pytest.mark.django_db
def test_what_was_never_seen_has_no_time() -> None:
    assert heartbeat.last_seen("worker") is None


@pytest.mark.django_db
def test_a_burst_of_beats_writes_once(clock: time_machine.Traveller) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(5):
            heartbeat.beat("worker")
            clock.shift(timedelta(seconds=5))
    assert writes(queries) == 1
    assert heartbeat.last_seen("worker") == NOW


@pytest.mark.django_db
def test_a_beat_after_the_pause_takes_the_place_of_the_last(
    clock: time_machine.Traveller,
) -> None:
    heartbeat.beat("worker")
    clock.shift(heartbeat.PAUSE)
    heartbeat.beat("worker")
    assert heartbeat.last_seen("worker") == NOW + heartbeat.PAUSE
    assert Heartbeat.objects.count() == 1


@pytest.mark.django_db
def test_a_time_of_a_wrong_clock_is_corrected(clock: time_machine.Traveller) -> None:
    Heartbeat.objects.create(name="worker", seen_at=datetime(2030, 1, 1, tzinfo=UTC))
    heartbeat.beat("worker")
    assert heartbeat.last_seen("worker") == NOW


@pytest.mark.django_db
def test_a_nudge_is_a_sign_of_the_worker_alone(clock: time_machine.Traveller) -> None:
    dispatch()
    assert (heartbeat.last_seen("worker"), heartbeat.last_seen("scheduler")) == (NOW, None)


@pytest.mark.django_db
def test_what_the_schedule_asks_for_is_a_sign_of_both(clock: time_machine.Traveller) -> None:
    entry: Any = settings.CELERY_BEAT_SCHEDULE["dispatch"]
    current_app.tasks[entry["task"]](**entry["kwargs"])
    assert (heartbeat.last_seen("worker"), heartbeat.last_seen("scheduler")) == (NOW, NOW)


@pytest.mark.django_db(transaction=True)
def test_who_starts_is_seen_before_the_first_task(clock: time_machine.Traveller) -> None:
    for signal, name in ((worker_ready, "worker"), (beat_init, "scheduler")):
        signal.send(sender=None)
        assert heartbeat.last_seen(name) == NOW
