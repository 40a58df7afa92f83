"""The database's own refusal of overlapping claims, behind the rule that operations follow.

PostgreSQL has an exclusion constraint, SQLite a pair of triggers with the same meaning. They are
put in place after every `migrate`: Django remakes SQLite tables to alter them and silently drops
their triggers. `missing()` is what readiness and `check` ask.
"""

from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

NAME = "booking_claim_no_overlap"
TABLE = "booking_claim"

_CONSTRAINT = f"""
ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} EXCLUDE USING gist
  (resource_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)
"""
_TRIGGER = """
CREATE TRIGGER IF NOT EXISTS {name}_{event} BEFORE {event} ON {table}
WHEN EXISTS (
  SELECT 1 FROM {table} AS other
  WHERE other.resource_id = NEW.resource_id AND other.ends_at > NEW.starts_at
    AND other.starts_at < NEW.ends_at AND other.id IS NOT NEW.id
)
BEGIN SELECT RAISE(ABORT, '{name}'); END
"""
_EVENTS = ("insert", "update")


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the guard in place where it is missing. Raises when the database forbids it."""
    if not missing(connection):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for event in _EVENTS:
                cursor.execute(_TRIGGER.format(name=NAME, event=event, table=TABLE))
            return
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        except ProgrammingError as error:
            raise ImproperlyConfigured(
                "The guard against double booking needs the extension btree_gist, and this role"
                " may not create it. Ask the database's administrator to run, in this database:"
                " CREATE EXTENSION btree_gist;  and then run migrate again."
            ) from error
        cursor.execute(_CONSTRAINT)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guard away: only for tests that show what it is good for."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for event in _EVENTS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}_{event}")
        else:
            cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}")


def missing(connection: BaseDatabaseWrapper) -> bool:
    """Whether the guard, or a part of it, is not in the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s)",
                [f"{NAME}_{event}" for event in _EVENTS],
            )
            return bool(cursor.fetchone()[0] != len(_EVENTS))
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [NAME])
        return bool(cursor.fetchone()[0] != 1)


def connect(app: AppConfig) -> None:
    post_migrate.connect(_after_migrate, sender=app, dispatch_uid=NAME)


def _after_migrate(*, using: str, **kwargs: Any) -> None:
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        install(connection)
