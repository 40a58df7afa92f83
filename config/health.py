"""What a load balancer, a container or a monitor asks. None of it needs a session.

`live` asks nothing, `ready` whether bookings can be taken and are safe, `health` also whether
anything behind them lags. The answer comes within about three seconds, and is never a 500.
"""

import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking import guard
from booking.doctor import database, outbox, workers
from config import VERSION
from config.core.database import brief_connection

logger = logging.getLogger(__name__)
Sentences = list[str]

# The state of the migration table that was found complete; while it is the same, so are they.
_complete: set[tuple[object, ...]] = set()


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Bookings can be taken and are safe: 200, or 503 with what is wrong."""
    problems = _ask(_problems)
    body = {"status": "unavailable" if problems else "ok", "problems": problems}
    return JsonResponse(body, status=503 if problems else 200)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """As `ready`; what only lags is named under `degraded`, and the answer stays 200."""
    problems = _ask(_problems)
    degraded = [] if problems else _ask(_degraded)
    status = "unavailable" if problems else "degraded" if degraded else "ok"
    body: dict[str, object] = {"status": status, "service": "openslot", "version": VERSION}
    if degraded:
        body["degraded"] = degraded
    return JsonResponse(body, status=503 if problems else 200)


def _ask(question: Callable[[], Sentences]) -> Sentences:
    try:
        with brief_connection():
            return question()
    except DatabaseError:
        return ["the database cannot be reached"]
    except Exception:
        # Whatever it is: a monitor needs an answer, and the log has the rest.
        logger.exception("the state of the database is not known")
        return ["the state of the database is not known"]


def _problems() -> Sentences:
    if not _migrations_are_complete():
        return ["migrations are missing: run manage.py migrate"]
    if guard.missing(connection):
        return ["the guard against double booking is missing: run manage.py migrate"]
    if database.write_error():
        return ["the database cannot be written to"]
    return []


def _degraded() -> Sentences:
    since = outbox.waiting_since()
    waiting = [f"Messages wait since {since:%Y-%m-%d %H:%M} UTC."] if since else []
    return workers.gone() + waiting


def _migrations_are_complete() -> bool:
    """Reading all migrations takes a tenth of a second; a look at their table, nothing."""
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT count(*), max(id) FROM django_migrations")
        state = (connection.settings_dict["NAME"], *cursor.fetchone())
    if state not in _complete and not database.missing_migrations():
        _complete.clear()
        _complete.add(state)
    return state in _complete
