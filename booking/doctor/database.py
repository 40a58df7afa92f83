"""Whether the database answers, is as new as the code, and takes what is written."""

import uuid

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from booking.checks import isolation_is_read_committed
from booking.doctor.findings import Findings, for_people, ok, problem, warning
from config.core import clock
from notifications.models import Heartbeat

MIGRATE = "python manage.py migrate"


def look_at_server() -> Findings:
    """Its version and how it keeps transactions apart."""
    try:
        version = _version()
        isolation = isolation_is_read_committed(["default"])
    except DatabaseError as error:
        yield problem(
            f"The database cannot be reached: {_first_line(error)}",
            "Start it, or correct DATABASE_URL.",
        )
        return
    yield ok(f"{version} answers.")
    yield from (problem(found.msg, found.hint or "") for found in isolation)


def look_at_migrations() -> Findings:
    missing, unknown = missing_migrations(), unknown_migrations()
    if missing:
        count = for_people(len(missing), "migration")
        yield problem(f"{count} not applied, the first is {missing[0]}.", MIGRATE)
    if unknown:
        yield warning(
            f"The database is newer than the code: it knows {', '.join(sorted(unknown)[:3])}.",
            "Run the version of Openslot that the database was last migrated with, or a newer one.",
        )
    if not missing and not unknown:
        yield ok("All migrations are applied.")


def look_at_writing() -> Findings:
    error = write_error()
    if error:
        yield problem(
            f"The database takes nothing: {error}",
            "Look for a full disk, a standby server or a role that may only read.",
        )
    else:
        yield ok("The database can be written to.")


def missing_migrations() -> list[str]:
    """Migrations of this code that the database does not have yet, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown_migrations() -> set[str]:
    """Migrations of our own applications that the database has and this code does not."""
    known = MigrationExecutor(connection).loader.disk_migrations or {}
    applied = MigrationRecorder(connection).applied_migrations()
    own = {label for label, _ in known}
    return {f"{label}.{name}" for label, name in applied if label in own} - {
        f"{label}.{name}" for label, name in known
    }


def write_error() -> str:
    """What the database says to a row that is written and taken back; "" when it takes it."""
    try:
        with transaction.atomic():
            Heartbeat.objects.create(name=uuid.uuid4().hex, seen_at=clock.now())
            transaction.set_rollback(True)
    except DatabaseError as error:
        return _first_line(error)
    return ""


def _version() -> str:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]} in {settings.DATABASES['default']['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
