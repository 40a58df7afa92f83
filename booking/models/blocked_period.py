from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from booking.models.resource import Resource
from booking.models.rules import Rule, RuleQuerySet
from booking.validators import validate_year
from config.core.text import validate_line


class BlockedPeriodQuerySet(RuleQuerySet["BlockedPeriod"]):
    def ending_after(self, moment: datetime) -> Self:
        """Whole days with room for any zone."""
        return self.filter(
            Q(ends_at__gt=moment) | Q(last_date__gte=(moment - timedelta(days=1)).date())
        )


class BlockedPeriod(Rule):
    """Time off, for the whole business or one resource: instants, or whole days.

    Whole days are kept as dates of the business's zone, both inclusive.
    """

    business = models.ForeignKey(
        "accounts.Business", models.CASCADE, related_name="blocked_periods"
    )
    resource = models.ForeignKey(
        Resource,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="blocked_periods",
        help_text="Empty: everybody.",
    )
    first_date = models.DateField(
        "first day",
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="For whole days off.",
    )
    last_date = models.DateField(
        "last day",
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="Included.",
    )
    starts_at = models.DateTimeField(
        "from",
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="For a part of a day.",
    )
    ends_at = models.DateTimeField("until", null=True, blank=True, validators=[validate_year])
    reason = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_line],
        help_text="For you; clients only see that nothing is free.",
    )

    objects = BlockedPeriodQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["first_date", "starts_at", "id"]
        indexes = [
            models.Index(fields=["business", "ends_at"], name="booking_blocked_ends"),
            models.Index(fields=["business", "last_date"], name="booking_blocked_last_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    first_date__isnull=False,
                    last_date__gte=F("first_date"),
                    last_date__isnull=False,
                    starts_at__isnull=True,
                    ends_at__isnull=True,
                )
                | Q(
                    first_date__isnull=True,
                    last_date__isnull=True,
                    # Spelled out: a comparison with NULL is neither false nor a violation.
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    ends_at__gt=F("starts_at"),
                ),
                name="booking_blocked_dates_or_times",
                violation_error_message="Give a first and a last day, or a start and a later end.",
            )
        ]

    def __str__(self) -> str:
        return self.reason or "Time off"
