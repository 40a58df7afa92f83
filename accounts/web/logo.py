"""A business's logo, for its pages and mails."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Business


@require_safe
def logo(request: HttpRequest, business_slug: str, name: str) -> HttpResponse:
    """The picture under its own name for ever; an earlier name, as in old mails, leads to it."""
    business = get_object_or_404(Business.objects.at(business_slug))
    if not business.logo:
        raise Http404
    if business.logo.name != f"logos/{name}.png":
        return redirect(business.logo_path)
    return _picture(request, business)


@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def _picture(request: HttpRequest, business: Business) -> HttpResponse:
    try:
        with business.logo.open() as file:
            content = file.read()
    except FileNotFoundError as missing:
        raise Http404 from missing
    return HttpResponse(
        content,
        content_type="image/png",
        headers={
            "Content-Disposition": 'inline; filename="logo.png"',
            "X-Content-Type-Options": "nosniff",
        },
    )
