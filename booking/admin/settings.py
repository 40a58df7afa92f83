from django import forms
from django.contrib import admin

from accounts.permissions import Ability
from accounts.scoped_admin import ScopedAdmin
from booking.models import BookingSettings
from booking.models.settings import validate_addresses
from config.core.fields import LinesField


class BookingSettingsForm(forms.ModelForm[BookingSettings]):
    notify_emails = LinesField(
        label="Alert addresses",
        required=False,
        validators=[validate_addresses],
        help_text="One a line. Empty: the owners' own addresses.",
    )

    class Meta:
        model = BookingSettings
        fields = "__all__"  # noqa: DJ007 - a form of the admin, whose fieldsets name the fields


@admin.register(BookingSettings)
class BookingSettingsAdmin(ScopedAdmin):
    abilities = {"view": Ability.SEE, "change": Ability.MANAGE}
    form = BookingSettingsForm
    change_form_template = "admin/booking/bookingsettings/change_form.html"
    list_display = ("business", "is_active", "requires_approval")
    list_select_related = ("business",)
    fieldsets = (
        (None, {"fields": ("business", "is_active", "paused_message", "requires_approval")}),
        (
            "Time",
            {
                "fields": (
                    "default_schedule",
                    ("minimum_notice_minutes", "booking_horizon_days"),
                    ("buffer_before_minutes", "buffer_after_minutes"),
                    "cancellation_notice_minutes",
                )
            },
        ),
        (
            "Mail",
            {"fields": ("notifications_enabled", "notify_emails", "owner_name", "sender_name")},
        ),
    )
