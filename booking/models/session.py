import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import TenantQuerySet
from booking.models.resource import Resource
from config.core import clock


class Session(models.Model):
    """One occurrence of a service; exists only while it takes time.

    `spots_taken` counts bookings and live holds together.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="sessions")
    service = models.ForeignKey("booking.Service", models.PROTECT, related_name="sessions")
    provider = models.ForeignKey(Resource, models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=1)
    spots_taken = models.PositiveSmallIntegerField(default=0)
    is_planned = models.BooleanField(default=False)

    objects = TenantQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["service", "starts_at"], name="booking_session_starts")]
        constraints = [
            models.CheckConstraint(
                condition=Q(spots_taken__lte=F("capacity")), name="booking_session_not_oversold"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="booking_session_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.starts_at:%Y-%m-%d %H:%M}"


class ClaimQuerySet(TenantQuerySet["Claim"]):
    def live(self, now: datetime) -> Self:
        """Those that take their time at `now`: firm, or kept until later."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


class Claim(models.Model):
    """One resource's time `[starts_at, ends_at)` taken by a session, with the buffers as sold.

    No two claims of a resource overlap: `booking.guard` has the database itself refuse it.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="claims")
    # The composite index below serves this column too; two would only mislead the planner.
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="claims", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    buffer_before_minutes = models.PositiveSmallIntegerField()
    buffer_after_minutes = models.PositiveSmallIntegerField()
    # Null when firm, else the end of the session's last hold.
    expires_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()
    tenant_path = "session__business"

    class Meta:
        # What reading and guarding both need: with (resource, starts_at) every look walks the past.
        indexes = [models.Index(fields=["resource", "ends_at"], name="booking_claim_ends")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="booking_claim_ends_later"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.starts_at:%Y-%m-%d %H:%M}"


class HoldPurpose(models.TextChoices):
    BROWSER = "browser", "Chosen in a browser"
    OFFER = "offer", "Offered by staff"
    MOVE = "move", "A move that waits for approval"
    WAITLIST = "waitlist", "Offered from the waitlist"
    BASKET = "basket", "Part of a visit that is being put together"


class Hold(models.Model):
    """Spots of a session kept for one purpose and one owner, until `expires_at`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="holds")
    purpose = models.CharField(max_length=10, choices=HoldPurpose, default=HoldPurpose.BROWSER)
    booking = models.ForeignKey("booking.Booking", models.CASCADE, null=True, related_name="holds")
    spots = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = TenantQuerySet.as_manager()
    tenant_path = "session__business"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(spots__gte=1), name="booking_hold_some_spots")
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} until {self.expires_at:%H:%M}"
