from django import template

from accounts.models import Business
from booking.models import Service
from config.core.money import format_money

register = template.Library()


@register.filter
def money(amount: int, business: Business) -> str:
    return format_money(amount, business.currency, business.locale)


@register.filter
def needs_approval(service: Service) -> bool:
    return service.needs_approval(service.business.settings)
