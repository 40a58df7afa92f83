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
        widget=forms.Textarea({"rows": 2}),
    )

    class Meta:
        model = BookingSettings
        fields = "__all__"  # noqa: DJ007 - a form of the admin, whose fieldsets name the fields
        widgets = {"paused_message": forms.Textarea({"rows": 2})}
        labels = {
            "requires_approval": "Approval needed",
            "default_schedule": "Opening hours",
            "minimum_notice_minutes": "Minimum notice, in minutes",
            "booking_horizon_days": "Booking horizon, in days",
            "buffer_before_minutes": "Buffer before, in minutes",
            "buffer_after_minutes": "Buffer after, in minutes",
            "cancellation_notice_minutes": "Cancellation notice, in minutes",
            "pending_expiry_minutes": "Requests expire after, in minutes",
        }
        help_texts = {
            "default_schedule": "The hours of everybody who has none of their own."
            " You change them under Schedules.",
            "minimum_notice_minutes": "How long before the start one can still book:"
            " 120 is two hours, 1440 a day.",
            "booking_horizon_days": "How many days ahead one can book.",
            "buffer_before_minutes": "Kept free before each appointment.",
            "buffer_after_minutes": "Kept free after each appointment.",
            "pending_expiry_minutes": "A request that nobody answers ends by itself, and its time"
            " is free again: 1440 is a day. It never waits longer than until its start.",
            "cancellation_notice_minutes": "How long before the start clients can still cancel by"
            " themselves: 0 is until the start, 1440 until a day before.",
        }


@admin.register(BookingSettings)
class BookingSettingsAdmin(ScopedAdmin):
    abilities = {"view": Ability.SEE, "change": Ability.MANAGE}
    form = BookingSettingsForm
    one_per_business = True
    read_as = {"notify_emails": "alert_addresses"}
    hint = "Open or closed, approval, notice, buffers, mails"
    change_form_template = "admin/booking/bookingsettings/change_form.html"
    list_display = ("business", "is_active", "requires_approval")
    list_select_related = ("business",)
    fieldsets = (
        (
            "Bookings",
            {
                "fields": (
                    "business",
                    "is_active",
                    "paused_message",
                    "requires_approval",
                    "pending_expiry_minutes",
                )
            },
        ),
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
            "Mails",
            {"fields": ("notifications_enabled", "notify_emails", "owner_name", "sender_name")},
        ),
    )

    @admin.display(description="alert addresses")
    def alert_addresses(self, settings: BookingSettings) -> str:
        return ", ".join(settings.notify_emails) or "The owners' own addresses"
