"""Offering a client other times: GET shows what is free around the request, one POST offers."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from accounts.permissions import Ability
from booking import offers
from booking.admin.answering import find_booking, provider_still, staff_actor, told, who_answered
from booking.availability import Slot
from booking.lifecycle import InvalidTransition, Status
from booking.models import Booking, Resource
from booking.operations import MAX_OFFERS, offer_times
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.validators import validate_year
from booking.web import errors
from booking.web.query import read_start
from booking.wish import wish_of
from config.core import clock, when
from config.core.errors import DomainError
from config.core.fields import CleanCharField
from config.core.text import validate_text

DAYS = 7


@dataclass(frozen=True, slots=True)
class FreeTime:
    """`value` is the start for the form, `label` its time on the business's clock."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FreeDay:
    label: str
    times: list[FreeTime]


class AroundForm(forms.Form):
    """With whom and from which day on the free times are shown."""

    provider = forms.ModelChoiceField[Resource](
        queryset=Resource.objects.none(), label="With", required=False, empty_label="Anyone"
    )
    day = forms.DateField(
        label="From",
        required=False,
        validators=[validate_year],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, booking: Booking, data: object) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]
        provider: forms.ModelChoiceField[Resource] = self.fields["provider"]  # type: ignore[assignment]
        provider.queryset = booking.service.providers.active()


class OfferForm(forms.Form):
    message = CleanCharField(
        label="Message",
        required=False,
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 3}),
        help_text="Sent to the client with the times. May be left empty.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, reference: str) -> HttpResponse:
    booking = find_booking(request, reference, ability=Ability.SERVE)
    if not booking.service.is_active:
        messages.error(request, f"{booking.service.name} is no longer offered.")
        return redirect("admin:booking_decide", reference)
    if request.method == "POST":
        return _offer(request, booking)
    if booking.present_status != Status.PENDING:
        return redirect("admin:booking_decide", reference)
    standing = [hold.session.starts_at for hold in booking.holds.standing_offers(clock.now())]
    return _page(request, booking, OfferForm(label_suffix=""), chosen=standing)


def _offer(request: HttpRequest, booking: Booking) -> HttpResponse:
    form, around = OfferForm(request.POST, label_suffix=""), AroundForm(booking, request.GET)
    starts = [start for start in map(read_start, request.POST.getlist("starts")) if start]
    if not (form.is_valid() and around.is_valid()):
        return _page(request, booking, form, chosen=starts, status=400)
    provider = around.cleaned_data["provider"]
    try:
        offer_times(
            booking=booking,
            starts=starts,
            provider_id=provider.pk if provider else None,
            message=form.cleaned_data["message"],
            actor=staff_actor(request),
        )
    except InvalidTransition as error:
        messages.error(request, f"{error.message} {who_answered(booking)}".strip())
    except DomainError as error:
        status = errors.STATUS[type(error)]
        page = _page(request, booking, form, chosen=starts, problem=error.message, status=status)
        return errors.say_when_to_retry(page, error)
    else:
        messages.success(request, f"Offered, and kept until then. {told(booking)}")
    return redirect("admin:booking_decide", booking.reference)


def _page(
    request: HttpRequest,
    booking: Booking,
    form: OfferForm,
    *,
    chosen: list[datetime],
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = booking.business.timezone
    today = when.local_date(clock.now(), zone)
    asked_for = when.local_date(booking.starts_at, zone) - timedelta(days=1)
    given = request.GET or {"provider": str(provider_still(booking) or "")}
    around = AroundForm(booking, given)
    is_valid = around.is_valid()
    provider = around.cleaned_data.get("provider") if is_valid else booking.provider
    wanted = around.cleaned_data.get("day") if is_valid else None
    first = max(today, wanted or asked_for)
    standing = [hold.session.starts_at for hold in booking.holds.standing_offers(clock.now())]
    context = {
        **admin.site.each_context(request),
        "title": f"Offer {booking.client_name} other times",
        "booking": booking,
        "form": form,
        "around": AroundForm(booking, {"provider": provider and provider.pk, "day": first}),
        "days": _free_days(booking, provider, first),
        "offered": [_offered(booking, start) for start in standing],
        "chosen": {_value(start) for start in chosen},
        "problem": problem,
        "most": MAX_OFFERS,
        "address": _address(provider, first),
        "earlier": _address(provider, first - timedelta(days=DAYS)) if first > today else "",
        "later": _address(provider, first + timedelta(days=DAYS)),
    }
    return TemplateResponse(request, "admin/booking/booking/offer.html", context, status=status)


def _free_days(booking: Booking, provider: Resource | None, first: date) -> list[FreeDay]:
    """What is free from that day on, by day; not what was asked for itself."""
    business = booking.business
    wish = replace(wish_of(booking), provider_id=provider.pk if provider else None, own=None)
    slots = offers.find_slots(
        rulebook_of(business),
        wish,
        first=first,
        last=first + timedelta(days=DAYS - 1),
        viewer_tz=business.timezone,
        now=clock.now(),
    )
    days: dict[date, dict[str, FreeTime]] = defaultdict(dict)
    for slot in slots:
        start = moment(slot.starts_at)
        if not _is_asked_for(booking, slot):
            label = when.clock_time(start, business.timezone, business.locale)
            free = FreeTime(_value(start), label)
            days[when.local_date(start, business.timezone)][free.value] = free
    return [
        FreeDay(when.long_date(day, business.locale), list(times.values()))
        for day, times in days.items()
    ]


def _is_asked_for(booking: Booking, slot: Slot) -> bool:
    """Whether it is the requested provider's time that a request asks for, but does not take."""
    start = moment(slot.starts_at)
    is_at_the_time = start < booking.ends_at and (
        booking.starts_at < start + timedelta(minutes=booking.duration_minutes)
    )
    return is_at_the_time and set(slot.provider_ids) == {booking.provider_id}


def _offered(booking: Booking, start: datetime) -> FreeTime:
    business = booking.business
    return FreeTime(_value(start), when.short_moment(start, business.timezone, business.locale))


def _value(start: datetime) -> str:
    return f"{start:%Y-%m-%dT%H:%M:%SZ}"


def _address(provider: Resource | None, day: date) -> str:
    return "?" + urlencode({"provider": provider.pk if provider else "", "day": day.isoformat()})
