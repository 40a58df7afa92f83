from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from booking import guard


@register(Tags.database)
def guard_is_in_place(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """`check --database default`: the guard against double booking is in the database."""
    return [
        Error(
            "The guard against double booking is missing from the database.",
            hint="Run: python manage.py migrate",
            id="booking.E002",
        )
        for alias in databases or ()
        if guard.TABLE in connections[alias].introspection.table_names()
        and guard.missing(connections[alias])
    ]


@register(Tags.database)
def isolation_is_read_committed(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A stricter isolation reads a stale snapshot after waiting for the lock."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor != "postgresql":
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            level = cursor.fetchone()[0]
        if level != "read committed":
            found.append(
                Error(
                    f"PostgreSQL's isolation level is {level}; it must be read committed.",
                    hint="Remove default_transaction_isolation from the role or the database.",
                    id="booking.E001",
                )
            )
    return found
