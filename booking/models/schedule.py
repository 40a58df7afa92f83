from django.db import models

from booking.models.rules import Rule, RuleQuerySet
from booking.validators import validate_whole_minute, validate_year
from config.core.text import validate_name
from config.core.when import validate_zone


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Schedule(Rule):
    """Weekly hours plus date overrides, on one zone's clock."""

    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=100, validators=[validate_name])
    timezone = models.CharField(
        "time zone",
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text="Empty: the business's zone.",
    )

    objects = RuleQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class WeeklyHours(Rule):
    """One window of one weekday. An end at or before the start lies on the next day."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start = models.TimeField(validators=[validate_whole_minute])
    end = models.TimeField(
        validators=[validate_whole_minute],
        help_text="At or before the start means the next day; 00:00 to 00:00 is the whole day.",
    )

    objects = RuleQuerySet.as_manager()
    tenant_path = "schedule__business"

    class Meta:
        ordering = ["weekday", "start", "id"]
        verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6), name="booking_weekly_hours_weekday"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start:%H:%M}–{self.end:%H:%M}"


class DateOverride(Rule):
    """One window of a date that differs from its weekday, or, without times, the date closed.

    Several rows of a date are several windows; together they replace the weekly hours.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="date_overrides")
    date = models.DateField(validators=[validate_year])
    start = models.TimeField(
        null=True,
        blank=True,
        validators=[validate_whole_minute],
        help_text="Leave both empty to close the date.",
    )
    end = models.TimeField(null=True, blank=True, validators=[validate_whole_minute])

    objects = RuleQuerySet.as_manager()
    tenant_path = "schedule__business"

    class Meta:
        ordering = ["date", "start", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start__isnull=True, end__isnull=True)
                | models.Q(start__isnull=False, end__isnull=False),
                name="booking_date_override_both_times",
                violation_error_message="Give both times, or none to close the date.",
            )
        ]

    def __str__(self) -> str:
        if self.start is None or self.end is None:
            return f"{self.date}: closed"
        return f"{self.date}: {self.start:%H:%M}–{self.end:%H:%M}"
