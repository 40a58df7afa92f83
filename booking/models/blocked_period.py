from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import TenantQuerySet
from booking.models.resource import Resource
from booking.validators import validate_year
from config.core.text import validate_line


def dates_around(starts_at: datetime, ends_at: datetime) -> tuple[date, date]:
    """The first and the last date that `[starts_at, ends_at)` may touch in any zone."""
    day = timedelta(days=1)
    return (starts_at - day).date(), (ends_at + day).date()


class BlockedPeriodQuerySet(TenantQuerySet["BlockedPeriod"]):
    def touching(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Periods that may cut `[starts_at, ends_at)`, whole days with room for any zone."""
        first, last = dates_around(starts_at, ends_at)
        return self.cutting(starts_at, ends_at, first=first, last=last)

    def cutting(self, starts_at: datetime, ends_at: datetime, *, first: date, last: date) -> Self:
        """Times that cut `[starts_at, ends_at)`, and whole days from `first` to `last`."""
        return self.filter(
            Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
            | Q(first_date__lte=last, last_date__gte=first)
        )


class BlockedPeriod(models.Model):
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
