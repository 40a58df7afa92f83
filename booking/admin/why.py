"""Why is this time not offered? A day of a service with every start and every reason."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.admin_choices import OpenSelect, zone_choices
from accounts.models import User
from accounts.permissions import Ability, can
from booking import explaining
from booking.admin.reasons import Reader, Words
from booking.availability import Explanation, resolve_wall
from booking.closures import closure_of, closure_of_service
from booking.models import Resource, Service
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.validators import validate_year
from booking.wish import Wish
from config.core import clock
from config.core.when import clock_time, local_date, long_date, validate_zone


@dataclass(frozen=True, slots=True)
class Line:
    """One start as the viewer's clock shows it, and what stands in each person's way."""

    label: str
    is_offered: bool
    people: list[tuple[str, list[Words]]]


class WhyForm(forms.Form):
    day = forms.DateField(
        label="On", validators=[validate_year], widget=forms.DateInput({"type": "date"})
    )
    at = forms.TimeField(
        label="At", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    provider = forms.ModelChoiceField[Resource](
        queryset=Resource.objects.none(), label="With", required=False, empty_label="Anyone"
    )
    zone = forms.CharField(
        label="For a viewer in",
        validators=[validate_zone],
        widget=OpenSelect(zone_choices),
    )

    def __init__(self, service: Service, data: Any) -> None:
        super().__init__(data)
        provider: Any = self.fields["provider"]
        provider.queryset = service.providers.active()


@require_safe
def why(request: HttpRequest, pk: int) -> HttpResponse:
    service = _find(request, pk)
    zone = service.business.timezone
    asked = {"day": str(local_date(clock.now(), zone)), "zone": zone} | request.GET.dict()
    form = WhyForm(service, asked)
    context = {
        **admin.site.each_context(request),
        "title": f"Why is this time not offered? {service.name}",
        "service": service,
        "form": form,
        "closure": closure_of(service.business, clock.now())
        or closure_of_service(service, clock.now()),
    }
    if form.is_valid() and service.is_active:
        context |= _answer(service, form.cleaned_data)
    status = 200 if form.is_valid() else 400
    template = "admin/booking/service/why.html"
    return TemplateResponse(request, template, context, status=status)


def _find(request: HttpRequest, pk: int) -> Service:
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    rows = Service.objects.visible_to(user).select_related("business__settings")
    service = get_object_or_404(rows, pk=pk)
    if not can(user, Ability.SEE, service.business):
        raise PermissionDenied
    timezone.activate(service.business.zone)
    return service


def _answer(service: Service, asked: dict[str, Any]) -> dict[str, Any]:
    """The lines of the day, and the one start that was asked for, if one was."""
    rules, now, zone = rulebook_of(service.business), clock.now(), asked["zone"]
    wish = Wish(service=service, provider_id=asked["provider"].pk if asked["provider"] else None)
    day: date = asked["day"]
    found = explaining.explain_day(rules, wish, day=day, viewer_tz=zone, now=now)
    wanted: list[Explanation] = []
    if asked["at"]:
        start = _instant(day, asked["at"], zone)
        wanted = [explaining.explain(rules, wish, start=start, now=now)]
    names = dict(Resource.objects.for_business(service.business).values_list("pk", "name"))
    reader = Reader.of(service, names, [*found, *wanted])
    return {
        "day": long_date(day, service.business.locale),
        "lines": [_line(reader, explanation, zone) for explanation in found],
        "wanted": [_line(reader, explanation, zone) for explanation in wanted],
    }


def _instant(day: date, at: time, zone: str) -> datetime:
    return moment(resolve_wall(day, at.replace(second=0, microsecond=0), zone))


def _line(reader: Reader, found: Explanation, zone: str) -> Line:
    label = clock_time(moment(found.starts_at), zone, reader.service.business.locale)
    return Line(label, found.is_offered, reader.by_person(found))
