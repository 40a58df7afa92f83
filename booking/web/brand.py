"""A business's colour as a stylesheet: pages carry no inline style."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Business
from booking.web.colors import readable_on

_LIGHT, _DARK = "#ffffff", "#17191c"


@require_safe
@cache_control(public=True, max_age=300)
def stylesheet(request: HttpRequest, business_slug: str) -> HttpResponse:
    business = get_object_or_404(Business, slug=business_slug)
    light = readable_on(business.color, _LIGHT)
    dark = readable_on(business.color, _DARK)
    css = (
        f":root {{ --accent-light: {light}; --on-accent-light: {_LIGHT};"
        f" --accent-dark: {dark}; --on-accent-dark: {_DARK}; }}\n"
    )
    return HttpResponse(css, content_type="text/css")
