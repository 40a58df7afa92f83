from datetime import time
from itertools import combinations
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from accounts.admin_choices import OpenSelect, zone_choices
from accounts.scoped_admin import ScopedInline
from booking.admin.stranding import AsksBeforeStranding
from booking.models import DateOverride, Schedule, WeeklyHours
from booking.operations.create_business import WORKING_DAYS

USUAL_WEEK = [{"weekday": day, "start": time(9), "end": time(17)} for day in WORKING_DAYS]
# In minutes.
DAY = 24 * 60
WEEK = 7 * DAY


class WeeklyHoursForm(forms.ModelForm[WeeklyHours]):
    class Meta:
        model = WeeklyHours
        fields = ("weekday", "start", "end")

    def has_changed(self) -> bool:
        """A new row that was filled in for the person counts as if they had typed it."""
        if self.instance.pk:
            return super().has_changed()
        return any(self[name].data for name in self.Meta.fields)


class WeeklyHoursFormSet(BaseInlineFormSet[WeeklyHours, Schedule, Any]):
    def clean(self) -> None:
        super().clean()
        # Neither empty lines nor those with an error of their own.
        filled = [form for form in self.forms if form.is_valid() and form.cleaned_data]
        rows = [form.instance for form in filled if not form.cleaned_data.get("DELETE")]
        for first, second in combinations(sorted(rows, key=_minutes_of_week), 2):
            if _overlap(first, second):
                raise ValidationError(f"{_both(first, second)} overlap.")


def _both(first: WeeklyHours, second: WeeklyHours) -> str:
    if first.weekday == second.weekday:
        return f"{first} and {second.start:%H:%M}–{second.end:%H:%M}"
    return f"{first} and {second}"


def _overlap(first: WeeklyHours, second: WeeklyHours) -> bool:
    """Whether both are open at once; Sunday's hours may reach into Monday's."""
    start, end = _minutes_of_week(first)
    other_start, other_end = _minutes_of_week(second)
    return any(
        start < other_end + shift and other_start + shift < end for shift in (-WEEK, 0, WEEK)
    )


def _minutes_of_week(hours: WeeklyHours) -> tuple[int, int]:
    """Start and end counted from Monday 00:00; an end at or before the start is a day later."""
    start, end = (at.hour * 60 + at.minute for at in (hours.start, hours.end))
    midnight = hours.weekday * DAY
    return midnight + start, midnight + end + (DAY if end <= start else 0)


class WeeklyHoursInline(ScopedInline, admin.TabularInline[WeeklyHours, Schedule]):
    model = WeeklyHours
    form = WeeklyHoursForm
    formset = WeeklyHoursFormSet
    read_as = {"start": "opens", "end": "closes"}
    verbose_name = "opening time"
    verbose_name_plural = "weekly hours"
    hint = (
        "One line for each stretch of time; two lines on one day make a break between them."
        " An end at or before the start lies on the next day; 00:00 to 00:00 is the whole day."
    )

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else len(USUAL_WEEK)

    @admin.display(description="start")
    def opens(self, hours: WeeklyHours) -> str:
        return f"{hours.start:%H:%M}"

    @admin.display(description="end")
    def closes(self, hours: WeeklyHours) -> str:
        return f"{hours.end:%H:%M}"


class DateOverrideFormSet(BaseInlineFormSet[DateOverride, Schedule, Any]):
    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("date")]
        kept = [row for row in rows if not row.get("DELETE")]
        closed = {row["date"] for row in kept if row.get("start") is None}
        open_ = {row["date"] for row in kept if row.get("start") is not None}
        if both := sorted(closed & open_):
            raise ValidationError(f"{both[0]} cannot be closed and open at once.")


class DateOverrideInline(ScopedInline, admin.TabularInline[DateOverride, Schedule]):
    model = DateOverride
    formset = DateOverrideFormSet
    read_as = {"start": "opens", "end": "closes"}
    verbose_name = "date"
    verbose_name_plural = "date overrides"
    hint = (
        "Days that differ from the week: with both times those hours are open instead;"
        " with none the day is closed."
    )

    @admin.display(description="start")
    def opens(self, override: DateOverride) -> str:
        return f"{override.start:%H:%M}" if override.start else "closed"

    @admin.display(description="end")
    def closes(self, override: DateOverride) -> str:
        return f"{override.end:%H:%M}" if override.end else "closed"


class ScheduleForm(forms.ModelForm[Schedule]):
    class Meta:
        model = Schedule
        fields = ("business", "name", "timezone")
        widgets = {"timezone": OpenSelect(lambda: [("", "As the business"), *zone_choices()])}
        help_texts = {
            "name": "For you, for example “Opening hours” or “Late shift”.",
            "timezone": "Only for people who work on another clock than the business.",
        }


@admin.register(Schedule)
class ScheduleAdmin(AsksBeforeStranding):
    form = ScheduleForm
    inlines = (WeeklyHoursInline, DateOverrideInline)
    hint = "Weekly hours, and days that differ"
    empty_text = "No schedules yet. Add one with the hours of a week."
    list_display = ("name", "week", "timezone")
    search_fields = ("name",)
    fields = ("business", "name", "timezone")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("weekly_hours")

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """A new schedule starts with the usual week, to be changed or removed line by line."""
        given: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, WeeklyHoursInline) and not obj.pk:
            given["initial"] = USUAL_WEEK
        return given

    @admin.display(description="hours")
    def week(self, schedule: Schedule) -> str:
        return ", ".join(str(hours) for hours in schedule.weekly_hours.all()) or "closed"
