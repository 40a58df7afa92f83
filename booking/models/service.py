from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from accounts.models.business import validate_color
from booking.availability import SlotAlignment, Starts
from booking.models.limits import Limited
from booking.models.resource import Resource
from booking.models.rules import Rule, RuleQuerySet
from booking.models.settings import BookingSettings
from booking.validators import (
    BUFFER_MINUTES,
    CAPACITY,
    DURATION_MINUTES,
    HORIZON_DAYS,
    INTERVAL_MINUTES,
    NOTICE_MINUTES,
)
from config.core.text import validate_line, validate_name, validate_text

ALIGNMENTS = [
    (SlotAlignment.WINDOW, "From the beginning of the opening hours"),
    (SlotAlignment.CLOCK, "On the clock (for example on the full hour)"),
]

STARTS = [
    (Starts.HOURS, "At any free time within the opening hours"),
    (Starts.PLANNED, "Only when a session is planned, like a class"),
]


def validate_durations(value: object) -> None:
    if not isinstance(value, list) or len(value) > 10:
        raise ValidationError("Give at most 10 durations.")
    for minutes in value:
        if not isinstance(minutes, int) or isinstance(minutes, bool):
            raise ValidationError("Give each duration as whole minutes.")
        for validate in DURATION_MINUTES:
            validate(minutes)
    if len(set(value)) < len(value):
        raise ValidationError("Give each duration once.")


class ServiceQuerySet(RuleQuerySet["Service"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class Service(Limited, Rule):
    """What a client can book."""

    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="services")
    slug = models.SlugField(
        max_length=100, help_text="Its part of the link. Left empty, it is made from the name."
    )
    name = models.CharField(max_length=100, validators=[validate_name])
    description = models.TextField(blank=True, max_length=2000, validators=[validate_text])
    location = models.CharField(
        max_length=300,
        blank=True,
        validators=[validate_line],
        help_text="Where it takes place. Empty: the business's address.",
    )
    color = models.CharField(
        "colour",
        max_length=7,
        default="#2f5d50",
        validators=[validate_color],
        help_text="Marks it on the booking page and in the lists, like #2f5d50.",
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Lower numbers come first on the booking page."
    )
    providers = models.ManyToManyField(
        Resource,
        related_name="services",
        limit_choices_to={"kind": "person"},
        help_text="Who offers it. Nobody chosen: it cannot be booked.",
    )
    duration_minutes = models.PositiveSmallIntegerField(
        "duration in minutes", validators=DURATION_MINUTES
    )
    # Beside the usual one; clients choose.
    other_durations_minutes = models.JSONField(
        "other durations", default=list, blank=True, validators=[validate_durations]
    )
    starts = models.CharField("it starts", max_length=10, choices=STARTS, default=Starts.HOURS)
    capacity = models.PositiveSmallIntegerField(
        default=1,
        validators=CAPACITY,
        help_text="How many can come to one session: 1 for an appointment, more for a class.",
    )
    pending_blocks = models.BooleanField(
        "a request keeps its time",
        default=True,
        help_text="Unticked, others can book the time until a request for it is approved.",
    )
    slot_interval_minutes = models.PositiveSmallIntegerField(
        "a start every … minutes",
        null=True,
        blank=True,
        validators=INTERVAL_MINUTES,
        help_text="Empty: the duration plus the larger buffer.",
    )
    slot_alignment = models.CharField(
        "starts count", max_length=10, choices=ALIGNMENTS, default=SlotAlignment.WINDOW
    )
    schedule = models.ForeignKey(
        "booking.Schedule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        help_text="Narrows the providers' hours, for example to the mornings.",
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=BUFFER_MINUTES, help_text="Empty: as the business says."
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=BUFFER_MINUTES, help_text="Empty: as the business says."
    )
    minimum_notice_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=NOTICE_MINUTES, help_text="Empty: as the business says."
    )
    booking_horizon_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=HORIZON_DAYS, help_text="Empty: as the business says."
    )
    requires_approval = models.BooleanField(
        null=True, blank=True, help_text="Unknown: as the business says."
    )
    price_amount = models.PositiveIntegerField(
        "price",
        default=0,
        help_text="In the currency's smallest unit: 5000 is 50.00 euros. 0 shows no price.",
    )
    paused_until = models.DateField(
        null=True,
        blank=True,
        help_text="The first day on which clients can book it again. Until then it stays on the"
        " page with that day beside it.",
    )
    paused_message = models.CharField(
        max_length=300,
        blank=True,
        validators=[validate_text],
        help_text="Shown while it is paused, for example why.",
    )
    is_active = models.BooleanField(
        default=True, help_text="Untick to archive: no new bookings, all history stays."
    )

    objects = ServiceQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["position", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "slug"],
                name="booking_service_slug_once",
                violation_error_message="Another service of this business has this link.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def durations_minutes(self) -> list[int]:
        """Every duration that clients can choose, the shortest first."""
        return sorted({self.duration_minutes, *self.other_durations_minutes})

    @property
    def is_shared(self) -> bool:
        """Whether several can come to one session; planned ones each say how many."""
        return self.starts == Starts.PLANNED or self.capacity > 1

    def clean(self) -> None:
        if self.starts == Starts.PLANNED and self.other_durations_minutes:
            raise ValidationError(
                {
                    "other_durations_minutes": "Planned sessions all last as long as the service."
                    " Leave this empty, or let it start within the opening hours."
                }
            )

    def needs_approval(self, settings: BookingSettings) -> bool:
        """Whether bookings wait for an answer: as the service says, else its business."""
        own = self.requires_approval
        return settings.requires_approval if own is None else own


class RequiredGroup(Rule):
    """Rooms or equipment of which a service needs one, whichever is free, beside its provider."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="required_groups")
    name = models.CharField(
        max_length=100, validators=[validate_name], help_text="For example “Treatment room”."
    )
    resources = models.ManyToManyField(
        Resource,
        related_name="required_by",
        limit_choices_to=~models.Q(kind="person"),
        help_text="Any one of them will do: the first that is free is taken.",
    )

    objects = RuleQuerySet.as_manager()
    tenant_path = "service__business"

    class Meta:
        ordering = ["id"]
        verbose_name = "required room or equipment"
        verbose_name_plural = "required rooms and equipment"

    def __str__(self) -> str:
        return self.name


class QuestionType(models.TextChoices):
    TEXT = "text", "Short text"
    LONG_TEXT = "long_text", "Long text"
    CHOICE = "choice", "One of several"
    YES_NO = "yes_no", "Tick box"
    NUMBER = "number", "Number"
    DATE = "date", "Date"


def validate_choices(value: object) -> None:
    if not isinstance(value, list) or len(value) > 50:
        raise ValidationError("Give a list of at most 50 texts.")
    for line in value:
        if not isinstance(line, str) or not line.strip():
            raise ValidationError("Every choice needs a text.")
        validate_line(line)


class Question(Rule):
    """Something that a service asks its clients. Answers are kept with the label as asked."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="questions")
    key = models.CharField(
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", "Use a–z, 0–9 and _ only.")],
        help_text="Its name in the API. Left empty, it is made from the question.",
    )
    label = models.CharField("question", max_length=200, validators=[validate_line])
    type = models.CharField(max_length=10, choices=QuestionType, default=QuestionType.TEXT)
    is_required = models.BooleanField("required", default=False)
    choices = models.JSONField(default=list, blank=True, validators=[validate_choices])
    position = models.PositiveSmallIntegerField(default=0)

    objects = RuleQuerySet.as_manager()
    tenant_path = "service__business"

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="booking_question_key_once")
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.type == QuestionType.CHOICE and len(self.choices) < 2:
            raise ValidationError({"choices": "Give at least two choices."})
