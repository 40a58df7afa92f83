"""Health checks that tell the truth, and soon."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import health
from notifications import heartbeat
from notifications.models import Heartbeat
from tests.conftest import NOW, Book, at

# What a monitor is promised.
SOON = 3.0
HEALTHY = {"status": "ok", "service": "openslot", "version": "0.1.0"}

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_is_well_on_a_fresh_database(client: Client) -> None:
    assert client.get("/health/ready").json() == {"status": "ok", "problems": []}
    assert client.get("/health").json() == HEALTHY


def test_a_look_leaves_nothing_behind(client: Client) -> None:
    client.get("/health")
    assert not Heartbeat.objects.exists()


def test_a_worker_that_is_gone_degrades_and_does_not_stop_bookings(
    client: Client, clock: time_machine.Traveller
) -> None:
    heartbeat.beat("worker")
    heartbeat.beat("scheduler")
    clock.shift(timedelta(minutes=3))
    assert client.get("/health").json() == HEALTHY
    heartbeat.beat("scheduler")
    clock.shift(timedelta(minutes=2))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (
        200,
        HEALTHY
        | {"status": "degraded", "degraded": [f"The worker was last seen {NOW:%F %H:%M} UTC."]},
    )
    assert client.get("/health/ready").status_code == 200


def test_an_outbox_that_nobody_empties_degrades(
    client: Client, booked: Book, clock: time_machine.Traveller
) -> None:
    booked(at(8))
    clock.shift(timedelta(minutes=9))
    assert client.get("/health").json() == HEALTHY
    clock.shift(timedelta(minutes=2))
    assert client.get("/health").json() == HEALTHY | {
        "status": "degraded",
        "degraded": [f"Messages wait since {NOW:%F %H:%M} UTC."],
    }


def test_a_missing_migration_is_seen_although_all_were_there_before(client: Client) -> None:
    assert client.get("/health/ready").status_code == 200
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("notifications", "0003_limit_by_recipient")
    try:
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["problems"]) == (
            503,
            ["migrations are missing: run manage.py migrate"],
        )
    finally:
        recorder.record_applied("notifications", "0003_limit_by_recipient")
    assert client.get("/health/ready").status_code == 200


def test_complete_migrations_are_read_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    real = MigrationExecutor.migration_plan

    def counted(self: MigrationExecutor, *args: Any, **kwargs: Any) -> Any:
        read.append(args)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(MigrationExecutor, "migration_plan", counted)
    health._complete.clear()
    for _ in range(3):
        assert client.get("/health/ready").status_code == 200
    assert len(read) == 1


def test_what_nobody_expected_is_an_answer_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Any, cursor: Any = None) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(type(connection.introspection), "table_names", fail)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert b"secret" not in answer.content


def test_a_database_that_may_only_be_read_is_not_ready(client: Client) -> None:
    only_read = {
        "sqlite": {"init_command": "PRAGMA query_only=1"},
        "postgresql": {"options": "-c default_transaction_read_only=on"},
    }
    usual = connection.settings_dict["OPTIONS"]
    connection.settings_dict["OPTIONS"] = usual | only_read[connection.vendor]
    try:
        answer = client.get("/health/ready")
    finally:
        connection.settings_dict["OPTIONS"] = usual
    assert (answer.status_code, answer.json()["problems"]) == (
        503,
        ["the database cannot be written to"],
    )


def test_a_writer_that_does_not_end_is_waited_for_briefly(client: Client) -> None:
    # On SQLite the transaction itself keeps others from writing.
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE notifications_heartbeat")
        began = time.monotonic()
        answer = client.get("/health/ready")
        assert (answer.status_code, time.monotonic() - began < SOON) == (503, True)
