"""A look at the database that ends soon, even when the database does not answer."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# libpq takes no less.
SECONDS = 2


@contextmanager
def brief_connection() -> Iterator[BaseDatabaseWrapper]:
    """A new connection that this thread uses, the ORM too, until the block ends.

    The ordinary one waits longer than a monitor does: for a free place in the pool, for a server
    that has gone without a word, for a slow statement.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    settings = copy.deepcopy(usual.settings_dict)
    settings["OPTIONS"] = _brief(usual.vendor, settings["OPTIONS"])
    own = type(usual)(settings, DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = own
    try:
        yield own
    finally:
        connections[DEFAULT_DB_ALIAS] = usual
        own.close()


def _brief(vendor: str, options: dict[str, Any]) -> dict[str, Any]:
    if vendor == "sqlite":
        return options | {"timeout": SECONDS}
    limits = f"-c statement_timeout={SECONDS}s -c lock_timeout=1s"
    return {
        **{name: value for name, value in options.items() if name != "pool"},
        "connect_timeout": SECONDS,
        "tcp_user_timeout": SECONDS * 1000,
        "options": f"{options.get('options', '')} {limits}".strip(),
    }
