"""What becomes of planned sessions when their service is changed."""

from django.contrib import messages
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.html import format_html

from booking.availability import Starts
from booking.models import Service, Session
from config.core import clock


def tell_of_planned(request: HttpRequest, service: Service) -> None:
    """After its way to start, or its places, have been changed."""
    coming = Session.objects.planned().filter(service=service, starts_at__gt=clock.now())
    count = coming.count()
    sessions = f"{count} planned session{pluralize(count)}"
    if service.starts == Starts.PLANNED and not count:
        plan = f"{reverse('admin:booking_session_add')}?business={service.business_id}"
        text = '{} can be booked as soon as a session is planned. <a href="{}">Plan sessions</a>'
        link = format_html(text, service, f"{plan}&service={service.pk}")
        messages.warning(request, link)
    elif service.starts == Starts.PLANNED:
        messages.info(
            request, f"Clients are offered the {sessions} of {service}, and nothing else."
        )
    elif count and service.capacity == 1:
        messages.warning(
            request,
            f"The {sessions} of {service} and everybody booked in them stay, but clients are no"
            " longer offered them: it has one place now, within the opening hours.",
        )
    elif count:
        messages.info(
            request,
            f"The {sessions} of {service} stay as they are, and clients are offered them beside the"
            " opening hours.",
        )
