"""Saving a rule under bookings that were made before: they are named first, and stay."""

from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.scoped_admin import ScopedAdmin
from accounts.tenancy import business_of
from booking.models import Booking
from booking.stranded import stranded_bookings
from config.core import clock

# Sent by the page that asks: the ids of the bookings that it is about, and its second button.
_KEEP, _BACK = "_keep_bookings", "_back_to_form"
_NAMED_AT_MOST = 20
# Where a request remembers what was stranded already.
_BEFORE = "stranded_before"


class _WouldStrand(Exception):
    """Thrown inside the transaction of a change view, so that nothing of it stays."""

    def __init__(self, booking_ids: list[int]) -> None:
        super().__init__(booking_ids)
        self.booking_ids = booking_ids


class _ShownAgain:
    """A form as it was typed, without errors, that saves nothing."""

    def is_valid(self) -> bool:
        return False


class AsksBeforeStranding(ScopedAdmin):
    """A page of rules. Saving it asks when that strands bookings, and keeps them.

    The answer counts for the bookings that were named: were others booked meanwhile, it asks again.
    """

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        if _BACK in request.POST:
            return type(form.__name__, (_ShownAgain, form), {})
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except _WouldStrand as found:
            return self._ask(request, found.booking_ids)

    def save_model(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> None:
        setattr(request, _BEFORE, set(stranded_bookings(business_of(obj), clock.now())))
        super().save_model(request, obj, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, *args: Any, **kwargs: Any) -> None:
        """The last of saving: from here on the rules are what they will be."""
        super().save_related(request, form, *args, **kwargs)
        before = getattr(request, _BEFORE)
        after = stranded_bookings(business_of(form.instance), clock.now())
        hit = [booking.pk for booking in after if booking not in before]
        named = request.POST.get(_KEEP, "").split()
        if not set(map(str, hit)) <= set(named):
            raise _WouldStrand(hit)
        if hit:
            kept = "1 booking was" if len(hit) == 1 else f"{len(hit)} bookings were"
            self.message_user(request, f"{kept} kept as before.")

    def _ask(self, request: HttpRequest, booking_ids: list[int]) -> HttpResponse:
        named = Booking.objects.filter(pk__in=booking_ids[:_NAMED_AT_MOST]).upcoming(clock.now())
        count = "1 booking" if len(booking_ids) == 1 else f"{len(booking_ids)} bookings"
        context = {
            **self.admin_site.each_context(request),
            "title": f"{count} would no longer fit",
            "opts": self.opts,
            "is_popup": IS_POPUP_VAR in request.POST,
            "bookings": named.select_related("business", "service", "provider"),
            "more": len(booking_ids[_NAMED_AT_MOST:]),
            "fields": [*_typed(request), (_KEEP, " ".join(map(str, booking_ids)))],
            "back": _BACK,
        }
        return TemplateResponse(request, "admin/booking/would_strand.html", context)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of the form as they were sent, with the button that was pressed."""
    sent = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    return [(name, value) for name, value in sent if name not in {"csrfmiddlewaretoken", _KEEP}]
