"""The database's own refusal of overlapping claims, behind the rule that operations follow.

PostgreSQL has an exclusion constraint, SQLite a pair of triggers with the same meaning. They are
put in place after every `migrate`: Django remakes SQLite tables to alter them and silently drops
their triggers. `missing()` is what readiness, the doctor and `check` ask.
"""

import re
from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

NAME = "booking_claim_no_overlap"
TABLE = "booking_claim"

_CONSTRAINT = (
    "EXCLUDE USING gist (resource_id WITH =, tstzrange(starts_at, ends_at, '[)'::text) WITH &&)"
)
_TRIGGER = """
CREATE TRIGGER {name}_{event} BEFORE {event} ON {table}
WHEN EXISTS (
  SELECT 1 FROM {table} AS other
  WHERE other.resource_id = NEW.resource_id AND other.ends_at > NEW.starts_at
    AND other.starts_at < NEW.ends_at AND other.id IS NOT NEW.id
)
BEGIN SELECT RAISE(ABORT, '{name}'); END
"""
_EVENTS = ("insert", "update")
_FOUND_ON_SQLITE = """
SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name IN (%s, %s)
ORDER BY name
"""
_FOUND_ON_POSTGRESQL = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND conname = %s AND convalidated AND NOT condeferrable
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the guard in place where it is missing or another. Raises when the database forbids it.

    An earlier one gives way in the same transaction: there is no moment without a guard.
    """
    if not missing(connection):
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            remove(connection)
            for event in _EVENTS:
                cursor.execute(_trigger(event))
            return
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        except ProgrammingError as error:
            raise ImproperlyConfigured(
                "The guard against double booking needs the extension btree_gist, and this role"
                " may not create it. Ask the database's administrator to run, in this database:"
                " CREATE EXTENSION btree_gist;  and then run migrate again."
            ) from error
        remove(connection)
        cursor.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} {_CONSTRAINT}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guard away: before another one, and in tests that show what it is good for."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for event in _EVENTS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}_{event}")
        else:
            cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}")


def missing(connection: BaseDatabaseWrapper) -> bool:
    """Whether the guard, or a part of it, is not in the database as it stands here.

    The name alone proves nothing: an earlier or a hand-made guard may bear it and refuse less.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            names = [f"{NAME}_{event}" for event in _EVENTS]
            cursor.execute(_FOUND_ON_SQLITE, [TABLE, *names])
            wanted = [_trigger(event) for event in _EVENTS]
        else:
            cursor.execute(_FOUND_ON_POSTGRESQL, [TABLE, NAME])
            wanted = [_CONSTRAINT]
        found = [_plain(sql) for (sql,) in cursor.fetchall()]
        return found != [_plain(sql) for sql in wanted]


def _trigger(event: str) -> str:
    return _TRIGGER.format(name=NAME, event=event, table=TABLE)


def _plain(sql: str) -> str:
    """Without what another version of the database may write otherwise: layout, brackets, casts.

    The bounds of the range still tell: of `[)` one bracket stays, of `[]` two, of `()` none.
    """
    return re.sub(r"\s|[()]|::text", "", sql).lower()


def connect(app: AppConfig) -> None:
    post_migrate.connect(_after_migrate, sender=app, dispatch_uid=NAME)


def _after_migrate(*, using: str, **kwargs: Any) -> None:
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        install(connection)
