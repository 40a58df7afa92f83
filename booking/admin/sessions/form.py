"""What staff say of sessions to be planned: one, or a series from week to week."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from accounts.models import Business
from booking.availability import Starts
from booking.models import Resource, Service, Weekday
from booking.operations import Terms
from booking.recurrence import MAX_SESSIONS, Weekly, instants
from booking.validators import (
    CAPACITY,
    NOTICE_MINUTES,
    validate_whole_minute,
    validate_year,
)
from config.core import clock
from config.core.fields import CleanCharField, DatesField
from config.core.text import validate_line

ONCE, WEEKLY = "once", "weekly"
CHOOSE_DATE = "Please choose a date."


def _date_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class PlanForm(forms.Form):
    business = forms.ModelChoiceField[Business](Business.objects.none(), widget=forms.HiddenInput)
    service = forms.ModelChoiceField[Service](
        Service.objects.none(),
        help_text="Those that only start when a session is planned, or that several can come to.",
    )
    provider = forms.ModelChoiceField[Resource](
        Resource.objects.none(), label="With", help_text="Somebody who offers the service."
    )
    day = forms.DateField(label="Date", validators=[validate_year], widget=_date_input())
    at = forms.TimeField(
        label="Time",
        validators=[validate_whole_minute],
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text="It lasts as long as the service.",
    )
    capacity = forms.IntegerField(
        label="Places", required=False, validators=CAPACITY, help_text="Empty: as the service says."
    )
    location = CleanCharField(
        required=False,
        max_length=300,
        validators=[validate_line],
        help_text="Empty: the service's.",
    )
    is_bookable = forms.BooleanField(
        label="Can be booked",
        required=False,
        initial=True,
        help_text="Unticked, clients cannot join yet.",
    )
    booking_deadline_minutes = forms.IntegerField(
        label="Booking deadline, in minutes",
        min_value=0,
        initial=1440,
        validators=NOTICE_MINUTES,
        help_text="Until how long before its start clients can join: 1440 is a day. It is"
        " never later than the minimum notice allows.",
    )
    repeat = forms.ChoiceField(
        choices=[(ONCE, "No, this once"), (WEEKLY, "Yes, from week to week")],
        label="Repeat it",
        initial=ONCE,
        widget=forms.RadioSelect,
    )
    every_weeks = forms.IntegerField(
        label="Every … weeks", min_value=1, max_value=52, initial=1, required=False
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        choices=Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: on the weekday of the date above.",
    )
    until = forms.DateField(
        label="Until", required=False, validators=[validate_year], widget=_date_input()
    )
    count = forms.IntegerField(
        label="Or so many times",
        required=False,
        min_value=1,
        help_text=f"Either a last date, or a number: at most {MAX_SESSIONS} sessions, two years"
        " ahead.",
    )
    except_dates = DatesField(
        label="Except on",
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="Dates to leave out, like 2027-12-24, with commas between them.",
    )

    fieldsets: Any = (
        (None, {"fields": ("business", "service", "provider", ("day", "at"))}),
        (
            "Repeat",
            {"fields": ("repeat", "every_weeks", "weekdays", ("until", "count"), "except_dates")},
        ),
        (
            "Places and place",
            {"fields": ("capacity", "is_bookable", "booking_deadline_minutes", "location")},
        ),
    )

    def __init__(self, business: Business, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = business
        services = plannable_services(business)
        people = Resource.objects.for_business(business).active().people()
        self._offer("business", Business.objects.filter(pk=business.pk))
        self._offer("service", services)
        self._offer("provider", people.filter(services__in=services).distinct())

    def _offer(self, name: str, rows: QuerySet[Any]) -> None:
        """Choices of the business; the only one there is is chosen already."""
        field: Any = self.fields[name]
        field.queryset = rows
        if len(found := rows[:2]) == 1:
            field.initial = found[0]
            field.empty_label = None

    @property
    def sections(self) -> AdminForm:
        form: Any = self
        return AdminForm(form, self.fieldsets, {})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        service, provider = given.get("service"), given.get("provider")
        if service and provider and provider not in service.providers.all():
            self.add_error("provider", f"{provider} does not offer {service}.")
        if given.get("repeat") == WEEKLY:
            self._check_series(given)
        if not self.errors and min(self.starts()) <= clock.now():
            self.add_error("day", "Please choose a time to come.")
        return given

    def _check_series(self, given: dict[str, Any]) -> None:
        if not given.get("every_weeks") and "every_weeks" not in self.errors:
            given["every_weeks"] = 1
        ends = {"until", "count"}
        if not ends & set(self.errors) and bool(given.get("until")) == bool(given.get("count")):
            self.add_error("until", "Please give either a last date or how many times.")
        if not self.errors:
            try:
                self.dates()
            except ValidationError as error:
                self.add_error("until", error)

    def starts(self) -> list[datetime]:
        """In UTC, the time on the business's clock on every date."""
        return instants(self.dates(), self.cleaned_data["at"], self.of.timezone)

    def dates(self) -> list[date]:
        series = self._series()
        return series.dates() if series else [self.cleaned_data["day"]]

    def recurrence(self) -> str:
        series = self._series()
        return series.as_text() if series else ""

    def terms(self) -> Terms:
        given = self.cleaned_data
        return Terms(
            capacity=given["capacity"] or given["service"].capacity,
            is_bookable=given["is_bookable"],
            booking_deadline_minutes=given["booking_deadline_minutes"],
            location=given["location"],
        )

    def _series(self) -> Weekly | None:
        given = self.cleaned_data
        if given["repeat"] == ONCE:
            return None
        return Weekly(
            first=given["day"],
            at=given["at"],
            every_weeks=given["every_weeks"],
            weekdays=given["weekdays"] or [given["day"].weekday()],
            until=given["until"],
            count=given["count"],
            except_dates=given["except_dates"],
        )


def plannable_services(business: Business) -> QuerySet[Service]:
    """Services whose planned sessions clients are offered."""
    several = Q(starts=Starts.PLANNED) | Q(capacity__gt=1)
    return Service.objects.for_business(business).active().filter(several)
