from datetime import datetime

from django import template

from accounts.models import Business
from booking.links import booking_url
from config.core import when

register = template.Library()


@register.filter
def short_moment(moment: datetime, business: Business) -> str:
    """The moment on the business's clock, for example "Tue, 24 Nov, 09:00"."""
    return when.short_moment(moment, business.timezone, business.locale)


@register.filter
def clock_time(moment: datetime, business: Business) -> str:
    """The hour on the business's clock, for example "09:00"."""
    return when.clock_time(moment, business.timezone, business.locale)


@register.filter
def booking_link(business: Business) -> str:
    return booking_url(business.slug)
