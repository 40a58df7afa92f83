from typing import Any

from django import forms
from django.contrib import admin

from accounts.scoped_admin import SERVED, OwnRowsFilter
from booking.admin.stranding import AsksBeforeStranding
from booking.models import BlockedPeriod
from config.core import when


class BlockedPeriodForm(forms.ModelForm[BlockedPeriod]):
    class Meta:
        model = BlockedPeriod
        fields = (
            "business",
            "resource",
            "reason",
            "first_date",
            "last_date",
            "starts_at",
            "ends_at",
        )
        labels = {"resource": "Who or what"}
        help_texts = {
            "resource": "",
            "first_date": "",
            "last_date": "Included; empty: the first day only.",
            "starts_at": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "resource" in self.fields:
            self.fields["resource"].empty_label = "Everybody"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("first_date") and "last_date" not in self.errors:
            given["last_date"] = given.get("last_date") or given["first_date"]
        return given


@admin.register(BlockedPeriod)
class BlockedPeriodAdmin(AsksBeforeStranding):
    abilities = SERVED
    form = BlockedPeriodForm
    hint = "Time off: holidays, illness, a long lunch"
    empty_text = "No time off yet. Add a blocked period and nothing can be booked in it."
    list_display = ("period", "who", "reason")
    list_filter = (("resource", OwnRowsFilter),)
    list_select_related = ("resource", "business")
    search_fields = ("reason", "resource__name")
    search_help_text = "Reason or name"
    fieldsets = (
        (
            None,
            {
                "fields": ("business", "resource", "reason"),
                "description": "Nothing new begins in this time. Bookings that were made"
                " before stay as they are, and so do planned sessions: those are cancelled under"
                " Sessions.",
            },
        ),
        ("Whole days", {"fields": (("first_date", "last_date"),)}),
        ("Or a part of a day", {"fields": (("starts_at", "ends_at"),)}),
    )

    @admin.display(description="time off", ordering="first_date")
    def period(self, blocked: BlockedPeriod) -> str:
        zone, locale = blocked.business.timezone, blocked.business.locale
        if blocked.first_date and blocked.last_date:
            first = when.short_date(blocked.first_date, locale)
            if blocked.first_date == blocked.last_date:
                return first
            return f"{first} – {when.short_date(blocked.last_date, locale)}"
        ends = (blocked.starts_at, blocked.ends_at)
        return " – ".join(when.short_moment(end, zone, locale) for end in ends if end)

    @admin.display(description="who or what", ordering="resource__name")
    def who(self, blocked: BlockedPeriod) -> str:
        return str(blocked.resource or "Everybody")
