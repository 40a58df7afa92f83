from typing import Any

from django import forms
from django.contrib import admin

from booking.admin.limits import LIMIT_LABELS, LIMITS
from booking.admin.stranding import AsksBeforeStranding
from booking.models import Resource, ResourceKind


class ResourceForm(forms.ModelForm[Resource]):
    class Meta:
        model = Resource
        fields = ("business", "name", "kind", "email", "schedule", "priority", "is_active", *LIMITS)
        labels = {"is_active": "Takes bookings", "priority": "Order", **LIMIT_LABELS}
        help_texts = {
            "kind": "Only a person can offer services.",
            "email": "Mails about this person's bookings go there too.",
            "schedule": "",
            "priority": "When several are free, the lowest number is asked first.",
            "is_active": "Untick to take no more bookings; those made stay.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "schedule" in self.fields:
            label = "The business's own hours"
            self.fields["schedule"].empty_label = label  # type: ignore[attr-defined]


@admin.register(Resource)
class ResourceAdmin(AsksBeforeStranding):
    form = ResourceForm
    hint = "The people, rooms and equipment that are booked"
    empty_text = "Nobody here yet. Add the people who offer your services."
    list_display = ("name", "kind", "hours", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("schedule",)
    search_fields = ("name", "email")
    fieldsets = (
        (
            None,
            {"fields": ("business", "name", "kind", "email", "schedule", "priority", "is_active")},
        ),
        (
            "How many appointments at most",
            {"classes": ("collapse",), "description": "Empty: no limit.", "fields": LIMITS},
        ),
    )

    @admin.display(ordering="schedule__name")
    def hours(self, resource: Resource) -> str:
        if resource.schedule:
            return resource.schedule.name
        return "Always" if resource.kind != ResourceKind.PERSON else "The business's own"
