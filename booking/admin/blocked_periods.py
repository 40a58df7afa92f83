"""Time off; what was booked before is named, and stays."""

from datetime import time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from accounts.scoped_admin import SERVED, OwnRowsFilter, ScopedAdmin
from booking.availability import resolve_wall
from booking.models import BlockedPeriod, Booking
from booking.taken import moment
from config.core import clock, when


def _bookings_within(given: dict[str, Any]) -> QuerySet[Booking]:
    """Bookings to come that take the time of whom or what is to be blocked."""
    business, zone = given["business"], given["business"].timezone
    begin, end = given.get("starts_at"), given.get("ends_at")
    if given.get("first_date"):
        after = given["last_date"] + timedelta(days=1)
        begin, end = (
            moment(resolve_wall(day, time.min, zone)) for day in (given["first_date"], after)
        )
    if not begin or not end:
        return Booking.objects.none()
    bookings = Booking.objects.for_business(business).upcoming(clock.now())
    bookings = bookings.filter(starts_at__lt=end, ends_at__gt=begin)
    if resource := given.get("resource"):
        bookings = bookings.filter(session__claims__resource=resource)
    return bookings


class BlockedPeriodForm(forms.ModelForm[BlockedPeriod]):
    # Asked only where bookings lie in the time: see admin.css.
    anyway = forms.BooleanField(label="Save it all the same", required=False)

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

    def _post_clean(self) -> None:
        """Only once the dates are known to make sense."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors and not self.cleaned_data["anyway"]:
            self._name_bookings(self.cleaned_data)

    def _name_bookings(self, given: dict[str, Any]) -> None:
        """Say which bookings lie in the time; saving once more keeps them, and the time off."""
        hits = list(_bookings_within(given))
        if not hits:
            return
        zone, locale = given["business"].timezone, given["business"].locale
        named = [
            f"{hit.client_name}, {when.short_moment(hit.starts_at, zone, locale)}"
            for hit in hits[:10]
        ]
        more = f" … and {len(hits) - 10} more" if len(hits) > 10 else ""
        count = "1 booking lies" if len(hits) == 1 else f"{len(hits)} bookings lie"
        self.add_error(
            "anyway", f"{count} in this time and would stay as before: {'; '.join(named)}{more}."
        )


@admin.register(BlockedPeriod)
class BlockedPeriodAdmin(ScopedAdmin):
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
                "description": "Nothing can be booked in this time. Bookings that were made"
                " before stay as they are.",
            },
        ),
        ("Whole days", {"fields": (("first_date", "last_date"),)}),
        ("Or a part of a day", {"fields": (("starts_at", "ends_at"),)}),
        (None, {"fields": ("anyway",)}),
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
