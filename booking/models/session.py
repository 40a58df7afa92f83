import secrets
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Max, Q

from accounts.tenancy import TenantQuerySet
from booking.availability import Starts
from booking.models.resource import Resource
from booking.validators import CAPACITY, NOTICE_MINUTES
from config.core import clock
from config.core.text import validate_line
from config.core.when import short_moment

if TYPE_CHECKING:
    from booking.models.service import Service


class SessionSeries(models.Model):
    """Sessions that were planned together by a rule, such as each Tuesday at 18:00."""

    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="series")
    # RFC 5545 §3.3.10, as it was asked for on the business's clock; what came of it are sessions.
    # As long as a series with every other of its dates left out.
    recurrence = models.CharField(max_length=4000)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = TenantQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        verbose_name_plural = "session series"

    def __str__(self) -> str:
        return self.recurrence


class SessionQuerySet(TenantQuerySet["Session"]):
    def planned(self) -> Self:
        return self.filter(is_planned=True)

    def most_places(self, service: "Service", now: datetime) -> int:
        """How many come at most to a session of the service, those planned for later included."""
        if service.starts != Starts.PLANNED:
            return service.capacity
        to_come = self.planned().filter(service=service, starts_at__gt=now)
        return max(service.capacity, to_come.aggregate(most=Max("capacity"))["most"] or 1)


class Session(models.Model):
    """One occurrence of a service; exists only while it takes time.

    Made on demand for a booking or a hold, or planned ahead. `spots_taken` counts bookings and
    holds together, expired ones too until somebody clears them away.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="sessions")
    service = models.ForeignKey("booking.Service", models.PROTECT, related_name="sessions")
    provider = models.ForeignKey(Resource, models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(
        default=1, validators=CAPACITY, help_text="How many can come."
    )
    spots_taken = models.PositiveSmallIntegerField(default=0)
    is_planned = models.BooleanField(default=False)
    # The rest is said of planned sessions only.
    series = models.ForeignKey(
        SessionSeries, models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    is_bookable = models.BooleanField(
        "can be booked",
        default=True,
        help_text="Untick to take no more clients; those who are booked stay.",
    )
    booking_deadline_minutes = models.PositiveIntegerField(
        default=0,
        validators=NOTICE_MINUTES,
        help_text="Until how many minutes before its start it can be booked: 1440 is a day.",
    )
    location = models.CharField(
        max_length=300, blank=True, validators=[validate_line], help_text="Empty: the service's."
    )

    objects = SessionQuerySet.as_manager()
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
        start = short_moment(self.starts_at, self.business.timezone, self.business.locale)
        return f"{self.service}, {start}"

    def following(self) -> SessionQuerySet:
        """Those after it in its series."""
        rows = Session.objects.filter(series=self.series_id, starts_at__gt=self.starts_at)
        return rows if self.series_id else rows.none()


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


def new_hold_id() -> uuid.UUID:
    """128 random bits: whoever knows a hold's id may use it, so nobody must guess one."""
    return uuid.UUID(bytes=secrets.token_bytes(16))


class HoldQuerySet(TenantQuerySet["Hold"]):
    def live(self, now: datetime) -> Self:
        return self.filter(expires_at__gt=now)

    def offers(self) -> Self:
        return self.filter(purpose=HoldPurpose.OFFER)

    def standing_offers(self, now: datetime) -> Self:
        """Times that can still be taken at `now`, soonest first, each with whom."""
        rows = self.offers().live(now).select_related("session__provider")
        return rows.order_by("session__starts_at", "pk")


class Hold(models.Model):
    """Spots of a session kept for one purpose and one owner, until `expires_at`."""

    public_id = models.UUIDField(default=new_hold_id, unique=True, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="holds")
    purpose = models.CharField(max_length=10, choices=HoldPurpose, default=HoldPurpose.BROWSER)
    booking = models.ForeignKey("booking.Booking", models.CASCADE, null=True, related_name="holds")
    # Of whoever asked for it, a keyed digest: nobody may keep more than a few.
    holder = models.CharField(max_length=64, blank=True)
    spots = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField(db_index=True)
    is_extended = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = HoldQuerySet.as_manager()
    tenant_path = "session__business"

    class Meta:
        indexes = [models.Index(fields=["holder"], name="booking_hold_holder")]
        constraints = [
            models.CheckConstraint(condition=Q(spots__gte=1), name="booking_hold_some_spots")
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} until {self.expires_at:%H:%M}"
