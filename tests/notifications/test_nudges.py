"""Nudges on the queue of the installation: files, or Redis with OPENSLOT_TEST_REDIS=1."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from config import celery_app
from notifications import tasks
from notifications.tasks import NUDGES, nudge


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The queue of the nudges, empty before and after."""
    monkeypatch.setattr(tasks, "_away_until", 0.0)
    with celery_app.connection_for_read() as connection:
        bound = celery_app.amqp.queues[NUDGES](connection.default_channel)
        bound.declare()
        bound.purge()
        yield bound
        bound.purge()


def waiting(queue: Any) -> int:
    return int(queue.channel.queue_declare(queue.name, durable=True).message_count)


def test_fifty_nudges_are_one_task(queue: Any) -> None:
    for _ in range(50):
        nudge()
    assert waiting(queue) == 1
    assert queue.get().headers["task"] == tasks.dispatch.name


def test_a_nudge_while_a_dispatch_runs_leads_to_one_more(queue: Any) -> None:
    nudge()
    taken = queue.get()
    nudge()
    nudge()
    assert waiting(queue) == 1
    taken.ack()
    assert waiting(queue) == 1


def test_a_nudge_is_not_merged_into_a_sweep_that_may_expire(queue: Any) -> None:
    tasks.dispatch.apply_async(expires=55)
    nudge()
    assert waiting(queue) == 1
    celery_app.control.purge()


def test_a_queue_that_is_away_is_left_alone_for_some_seconds(
    queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[float] = []

    def refuse(connection: Any) -> None:
        tried.append(time.monotonic())
        raise ConnectionRefusedError("the queue is away")

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "_put_nudge", refuse)
        for _ in range(50):
            nudge()
    assert len(tried) == 1
    monkeypatch.setattr(tasks, "_away_until", time.monotonic())
    nudge()
    assert waiting(queue) == 1
