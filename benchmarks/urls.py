"""The project's addresses, and the floor: what an answer costs that only looks up one row."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Business
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as project

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@csrf_exempt
def floor(request: HttpRequest, slug: str, size: int) -> HttpResponse:
    """A body of `size` bytes that is always the same, after one query by an index."""
    Business.objects.values_list("pk", flat=True).get(slug=slug)
    return HttpResponse(_body(size))


@cache
def _body(size: int) -> bytes:
    return b"x" * size


urlpatterns = [path("floor/<str:slug>/<int:size>/", floor), *project]
