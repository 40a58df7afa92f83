from datetime import date
from typing import Any

from django import forms
from django.contrib import admin

from accounts.admin_choices import OpenSelect, country_choices
from accounts.permissions import Ability
from booking.admin.stranding import AsksBeforeStranding
from booking.models import BookingSettings
from booking.models.settings import validate_addresses
from config.core import clock
from config.core.fields import LinesField
from config.core.when import local_date

OPEN, PAUSED, CLOSED = "open", "paused", "closed"


class BookingSettingsForm(forms.ModelForm[BookingSettings]):
    online = forms.ChoiceField(
        label="Clients can book online",
        choices=[
            (OPEN, "Yes"),
            (PAUSED, "Not until a certain day, then again by itself"),
            (CLOSED, "Not until I change it here"),
        ],
        widget=forms.RadioSelect,
        help_text="Bookings already made stay, and clients can still see and cancel them.",
    )
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
        widgets = {
            "paused_message": forms.Textarea({"rows": 2}),
            "no_show_action": forms.RadioSelect,
            "holidays_country": OpenSelect(
                lambda: [("", "No public holidays"), *country_choices()]
            ),
        }
        labels = {
            "paused_until": "First day of bookings again",
            "paused_message": "Message on the closed page",
            "requires_approval": "Approval needed",
            "auto_approve_returning_clients": "Approve returning clients at once",
            "returning_visits": "After so many kept visits",
            "returning_months": "Without a no-show for so many months",
            "default_schedule": "Opening hours",
            "holidays_country": "Closed on the public holidays of",
            "holidays_region": "Region",
            "minimum_notice_minutes": "Minimum notice, in minutes",
            "booking_horizon_days": "Booking horizon, in days",
            "buffer_before_minutes": "Buffer before, in minutes",
            "buffer_after_minutes": "Buffer after, in minutes",
            "cancellation_notice_minutes": "Cancellation notice, in minutes",
            "reschedule_notice_minutes": "Reschedule notice, in minutes",
            "reschedule_needs_approval": "Ask me before a client moves a booking",
            "pending_expiry_minutes": "Requests expire after, in minutes",
            "hold_seconds": "A chosen time is kept for, in seconds",
            "no_show_limit": "From this many no-shows on",
            "no_show_months": "Within this many months",
            "no_show_action": "What happens then",
        }
        help_texts = {
            "paused_until": "On this day your page opens again by itself, and it says so until"
            " then.",
            "paused_message": "For example: We are on holiday. Please call if it is urgent.",
            "auto_approve_returning_clients": "Where approval is needed, a client who has been with"
            " you before is booked without waiting for you. Only with proof: through their own"
            " page, or by one click in the mail that they get. An address alone is not enough.",
            "returning_visits": "How often they must have come before: 1 is once.",
            "returning_months": "Who missed a visit within this time waits for your answer like"
            " everybody else.",
            "default_schedule": "The hours of everybody who has none of their own."
            " You change them under Schedules.",
            "holidays_country": "Nobody works on these days, unless a schedule names the date under"
            " its date overrides.",
            "holidays_region": "Its code, for example BY for Bavaria. Empty: only what the whole"
            " country has.",
            "minimum_notice_minutes": "How long before the start one can still book:"
            " 120 is two hours, 1440 a day.",
            "booking_horizon_days": "How many days ahead one can book.",
            "buffer_before_minutes": "Kept free before each appointment.",
            "buffer_after_minutes": "Kept free after each appointment.",
            "pending_expiry_minutes": "A request that nobody answers ends by itself, and its time"
            " is free again: 1440 is a day. It never waits longer than until its start.",
            "hold_seconds": "Nobody else can take it while its client fills in the form:"
            " 300 is five minutes.",
            "no_show_limit": "2: once a client has missed two visits. 0: nothing ever follows.",
            "no_show_months": "Older no-shows are forgiven: 12 is a year.",
            "no_show_action": "Whichever you choose, your mails and the page of the booking name"
            " the client's no-shows. Clients are never told why, and you can always book for them"
            " yourself.",
            "cancellation_notice_minutes": "How long before the start clients can still cancel by"
            " themselves: 0 is until the start, 1440 until a day before.",
            "reschedule_notice_minutes": "How long before the start clients can still move it to"
            " another time by themselves: 0 is until the start, 1440 until a day before.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["online"].initial = state_of(self.instance)

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        online, back_on = given.get("online"), given.get("paused_until")
        if (
            online == PAUSED
            and "paused_until" not in self.errors
            and not _is_ahead(back_on, self.instance)
        ):
            self.add_error("paused_until", "Please choose a day after today.")
        if online != PAUSED:
            given["paused_until"] = None
        self.instance.is_active = online != CLOSED
        return given


def state_of(own: BookingSettings) -> str:
    """Whether clients can book: open, paused until a day, or closed."""
    if not own.is_active:
        return CLOSED
    return PAUSED if _is_ahead(own.paused_until, own) else OPEN


def _is_ahead(day: date | None, own: BookingSettings) -> bool:
    return day is not None and day > local_date(clock.now(), own.business.timezone)


@admin.register(BookingSettings)
class BookingSettingsAdmin(AsksBeforeStranding):
    abilities = {"view": Ability.SEE, "change": Ability.MANAGE}
    form = BookingSettingsForm
    one_per_business = True
    read_as = {"notify_emails": "alert_addresses", "online": "takes_bookings"}
    hint = "Open or closed, approval, notice, buffers, mails"
    change_form_template = "admin/booking/bookingsettings/change_form.html"
    list_display = ("business", "takes_bookings", "requires_approval")
    list_select_related = ("business",)
    fieldsets = (
        (
            "Pause online booking",
            {"fields": ("business", "online", "paused_until", "paused_message")},
        ),
        (
            "Requests",
            {
                "fields": (
                    "requires_approval",
                    "pending_expiry_minutes",
                    "auto_approve_returning_clients",
                    ("returning_visits", "returning_months"),
                )
            },
        ),
        (
            "Time",
            {
                "fields": (
                    "default_schedule",
                    ("holidays_country", "holidays_region"),
                    ("minimum_notice_minutes", "booking_horizon_days"),
                    ("buffer_before_minutes", "buffer_after_minutes"),
                    "hold_seconds",
                )
            },
        ),
        (
            "Changes by clients",
            {
                "fields": (
                    "cancellation_notice_minutes",
                    "reschedule_notice_minutes",
                    "reschedule_needs_approval",
                )
            },
        ),
        (
            "Clients who do not come",
            {"fields": (("no_show_limit", "no_show_months"), "no_show_action")},
        ),
        (
            "Mails",
            {"fields": ("notifications_enabled", "notify_emails", "owner_name", "sender_name")},
        ),
    )

    @admin.display(description="online booking")
    def takes_bookings(self, settings: BookingSettings) -> str:
        words = {OPEN: "Open", PAUSED: f"Paused until {settings.paused_until}", CLOSED: "Closed"}
        return words[state_of(settings)]

    @admin.display(description="alert addresses")
    def alert_addresses(self, settings: BookingSettings) -> str:
        return ", ".join(settings.notify_emails) or "The owners' own addresses"
