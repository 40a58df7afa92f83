from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet

from accounts.scoped_admin import SERVED, OwnRowsFilter, ScopedAdmin, ScopedInline
from booking.models import BlockedPeriod, DateOverride, Schedule, WeeklyHours
from config.core import when


class WeeklyHoursInline(ScopedInline, admin.TabularInline[WeeklyHours, Schedule]):
    model = WeeklyHours


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


@admin.register(Schedule)
class ScheduleAdmin(ScopedAdmin):
    inlines = (WeeklyHoursInline, DateOverrideInline)
    list_display = ("name", "week", "timezone")
    search_fields = ("name",)
    fields = ("business", "name", "timezone")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("weekly_hours")

    @admin.display(description="hours")
    def week(self, schedule: Schedule) -> str:
        return ", ".join(str(hours) for hours in schedule.weekly_hours.all()) or "closed"


@admin.register(BlockedPeriod)
class BlockedPeriodAdmin(ScopedAdmin):
    abilities = SERVED
    list_display = ("period", "resource", "reason")
    list_filter = (("resource", OwnRowsFilter),)
    list_select_related = ("resource", "business")
    search_fields = ("reason", "resource__name")
    fieldsets = (
        (None, {"fields": ("business", "resource", "reason")}),
        ("Whole days", {"fields": (("first_date", "last_date"),)}),
        ("Or a part of a day", {"fields": (("starts_at", "ends_at"),)}),
    )

    @admin.display(description="time off")
    def period(self, blocked: BlockedPeriod) -> str:
        zone, locale = blocked.business.timezone, blocked.business.locale
        if blocked.first_date and blocked.last_date:
            first = when.short_date(blocked.first_date, locale)
            if blocked.first_date == blocked.last_date:
                return first
            return f"{first} – {when.short_date(blocked.last_date, locale)}"
        ends = (blocked.starts_at, blocked.ends_at)
        return " – ".join(when.short_moment(end, zone, locale) for end in ends if end)
