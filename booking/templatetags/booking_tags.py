from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import Business
from booking.closures import Closure, closure_of, closure_of_service
from booking.models import Service
from booking.web.calendar import Day
from config.core import clock
from config.core.money import format_money

register = template.Library()


@register.filter
def money(amount: int, business: Business) -> str:
    return format_money(amount, business.currency, business.locale)


@register.simple_tag
@lru_cache(maxsize=2048)
def month_day(day: Day) -> SafeString:
    """A day of the month as a link; forty of them take longer to write than all around them."""
    return render_to_string("booking/includes/day.html", {"day": day})


@register.filter
def pause_of(service: Service) -> Closure | None:
    return closure_of_service(service, clock.now())


@register.filter
def closed(business: Business) -> Closure | None:
    return closure_of(business, clock.now())


@register.filter
def durations(service: Service) -> str:
    """Every length that can be chosen, like "30, 45 or 60"."""
    *others, last = map(str, service.durations_minutes)
    return f"{', '.join(others)} or {last}" if others else last


@register.filter
def needs_approval(service: Service) -> bool:
    return service.needs_approval(service.business.settings)
