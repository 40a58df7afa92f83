import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from accounts.models import Business
from booking.models.rules import Rule, RuleQuerySet
from booking.validators import (
    BUFFER_MINUTES,
    EXPIRY_MINUTES,
    HOLD_SECONDS,
    HORIZON_DAYS,
    NO_SHOW_LIMIT,
    NO_SHOW_MONTHS,
    NOTICE_MINUTES,
    RETURNING_MONTHS,
    RETURNING_VISITS,
    validate_holidays,
)
from config.core.text import validate_name, validate_text

# Whoever cannot book online has to find another way.
REACHABLE_NEEDED = (
    "Give your business a phone number or an e-mail address first: clients are asked to get in"
    " touch that way."
)


def validate_addresses(value: object) -> None:
    if not isinstance(value, list) or len(value) > 20:
        raise ValidationError("Give a list of at most 20 addresses.")
    for address in value:
        validate_email(address)
        if len(address) > 254:
            raise ValidationError("An address has at most 254 characters.")


class NoShowAction(models.TextChoices):
    """What follows for a client who did not come too often."""

    WARN = "warn", "Staff are told; the client books as usual"
    APPROVE = "approve", "Their online bookings wait for your approval"
    REFUSE = "refuse", "They cannot book online and are asked to get in touch"


class BookingSettings(Rule):
    """How a business takes bookings; a service may say otherwise where it has the same field."""

    business = models.OneToOneField(Business, models.CASCADE, related_name="settings")
    is_active = models.BooleanField(
        "taking bookings",
        default=True,
        help_text="Untick to close the booking page; staff can still look after bookings.",
    )
    paused_until = models.DateField(
        null=True,
        blank=True,
        help_text="The first day on which clients can book again; until then the page is closed.",
    )
    paused_message = models.CharField(
        max_length=300,
        blank=True,
        validators=[validate_text],
        help_text="Shown while no bookings are taken, for example why, or whom to call.",
    )
    requires_approval = models.BooleanField(
        default=False,
        help_text="Bookings wait as requests until somebody approves or declines them.",
    )
    auto_approve_returning_clients = models.BooleanField(
        default=False,
        help_text="Requests of clients who have kept earlier visits are approved by themselves.",
    )
    returning_visits = models.PositiveSmallIntegerField(
        default=1,
        validators=RETURNING_VISITS,
        help_text="How many visits a client must have kept to be approved without being asked.",
    )
    returning_months = models.PositiveSmallIntegerField(
        default=12,
        validators=RETURNING_MONTHS,
        help_text="Who missed a visit within so many months is not approved by this rule.",
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        default=0,
        validators=BUFFER_MINUTES,
        help_text="Minutes kept free before each appointment.",
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=BUFFER_MINUTES,
        help_text="Minutes kept free after each appointment.",
    )
    minimum_notice_minutes = models.PositiveIntegerField(
        default=120,
        validators=NOTICE_MINUTES,
        help_text="The nearest start that can be booked, in minutes from now.",
    )
    booking_horizon_days = models.PositiveSmallIntegerField(
        default=30,
        validators=HORIZON_DAYS,
        help_text="The farthest day that can be booked, in days from today.",
    )
    cancellation_notice_minutes = models.PositiveIntegerField(
        default=0,
        validators=NOTICE_MINUTES,
        help_text="Until how many minutes before the start a client may cancel by the link.",
    )
    reschedule_notice_minutes = models.PositiveIntegerField(
        default=0,
        validators=NOTICE_MINUTES,
        help_text="Until how many minutes before the start a client may move it by the link.",
    )
    reschedule_needs_approval = models.BooleanField(
        default=False,
        help_text="The old time stays until you agree, and the new one is kept meanwhile.",
    )
    pending_expiry_minutes = models.PositiveIntegerField(
        default=1440,
        validators=EXPIRY_MINUTES,
        help_text="A request that nobody answers ends after so many minutes.",
    )
    hold_seconds = models.PositiveSmallIntegerField(
        default=300,
        validators=HOLD_SECONDS,
        help_text="How long a chosen time is kept while the form is filled in.",
    )
    no_show_limit = models.PositiveSmallIntegerField(
        default=0,
        validators=NO_SHOW_LIMIT,
        help_text="From how many no-shows of a client on something follows; 0: nothing ever does.",
    )
    no_show_months = models.PositiveSmallIntegerField(
        default=12,
        validators=NO_SHOW_MONTHS,
        help_text="No-shows count for so many months.",
    )
    no_show_action = models.CharField(
        max_length=10, choices=NoShowAction, default=NoShowAction.WARN
    )
    holidays_country = models.CharField(
        "public holidays of",
        max_length=2,
        blank=True,
        help_text="Nothing is open on these days, unless a schedule names the date.",
    )
    holidays_region = models.CharField(
        "region",
        max_length=10,
        blank=True,
        help_text="Its code, for holidays that only a part of the country has.",
    )
    default_schedule = models.ForeignKey(
        "booking.Schedule",
        models.PROTECT,
        related_name="+",
        help_text="The hours of everybody who has no schedule of their own.",
    )
    notifications_enabled = models.BooleanField(
        "alerts",
        default=True,
        help_text="Tell the business of new bookings, requests and cancellations by mail.",
    )
    notify_emails = models.JSONField(
        "alert addresses",
        default=list,
        blank=True,
        validators=[validate_addresses],
        help_text='A list such as ["desk@example.com"]. Empty: the owners\' own addresses.',
    )
    owner_name = models.CharField(
        max_length=100,
        blank=True,
        validators=[validate_name],
        help_text="Who signs the mails to clients.",
    )
    sender_name = models.CharField(
        max_length=100,
        blank=True,
        validators=[validate_name],
        help_text="The sender's name on mails; empty: the business's name.",
    )

    # Part of the key under which the rules are kept compiled.
    rules_version = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = RuleQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        verbose_name = verbose_name_plural = "booking settings"

    def clean(self) -> None:
        validate_holidays(self.holidays_country, self.holidays_region)
        is_refusing = self.no_show_limit and self.no_show_action == NoShowAction.REFUSE
        if is_refusing and not (self.business.phone or self.business.email):
            raise ValidationError({"no_show_action": REACHABLE_NEEDED})

    def __str__(self) -> str:
        return f"Booking settings of {self.business}"
