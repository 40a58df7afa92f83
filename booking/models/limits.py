from django.db import models

from booking.validators import LIMIT


class Limited(models.Model):
    """How many sessions may start in a day, week (Monday first) or month of the business's zone."""

    limit_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=LIMIT, help_text="Empty: no limit."
    )
    limit_per_week = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=LIMIT, help_text="Monday to Sunday. Empty: no limit."
    )
    limit_per_month = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=LIMIT, help_text="Empty: no limit."
    )

    class Meta:
        abstract = True
