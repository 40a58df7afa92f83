"""The colours of a business and its services as a stylesheet: pages carry no inline style."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Business
from booking.web.colors import SHAPE, readable_on

# The accent is text on the page, which is a little darker than the cards in the light, and on the
# cards, which are a little lighter than the page in the dark: see static/css/tokens.css.
_LIGHT, _DARK = "#f7f7f5", "#17191c"


@require_safe
@cache_control(public=True, max_age=300)
def stylesheet(request: HttpRequest, business_slug: str) -> HttpResponse:
    business = get_object_or_404(Business, slug=business_slug)
    light = readable_on(business.color, _LIGHT)
    dark = readable_on(business.color, _DARK)
    rules = [
        f":root {{ --accent-light: {light}; --on-accent-light: #ffffff;"
        f" --accent-dark: {dark}; --on-accent-dark: {_DARK}; }}",
        *(
            f'[data-service="{slug}"] {{ --service-color: {_dot(color)}; }}'
            for slug, color in business.services.active().values_list("slug", "color")
        ),
    ]
    return HttpResponse("\n".join(rules) + "\n", content_type="text/css")


def _dot(color: str) -> str:
    light, dark = (readable_on(color, ground, ratio=SHAPE) for ground in (_LIGHT, _DARK))
    return f"light-dark({light}, {dark})"
