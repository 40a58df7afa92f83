"""What a load balancer, a container or a monitor asks. None of it needs a session."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking import guard
from config import VERSION

Problems = list[str]


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Bookings can be taken and are safe: 200, or 503 with what is wrong."""
    problems = _problems()
    body = {"status": "unavailable" if problems else "ok", "problems": problems}
    return JsonResponse(body, status=503 if problems else 200)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    problems = _problems()
    body = {
        "status": "unavailable" if problems else "ok",
        "service": "openslot",
        "version": VERSION,
    }
    return JsonResponse(body, status=503 if problems else 200)


def _problems() -> Problems:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return ["migrations are missing: run manage.py migrate"]
        if guard.missing(connection):
            return ["the guard against double booking is missing: run manage.py migrate"]
    except DatabaseError:
        return ["the database cannot be reached"]
    return []
