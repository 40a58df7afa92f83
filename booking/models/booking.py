import secrets
import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.tenancy import TenantQuerySet
from booking.lifecycle import OPEN, RELEASED, Status
from booking.models.client import Client
from booking.models.resource import Resource
from booking.models.service import Service
from booking.models.session import Session
from booking.validators import CONTACT_NEEDED, validate_e164
from config.core import clock
from config.core.text import validate_line, validate_name, validate_text
from config.core.when import validate_zone

# Crockford's base 32: no letters that are read as digits over the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """What people say of a booking, for example "7K3M-9QXT-2D". It names; it opens nothing."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


class Source(models.TextChoices):
    WEB = "web", "Booking page"
    ADMIN = "admin", "Admin"
    API = "api", "API"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    WALK_IN = "walk_in", "Walk-in"
    WORKER = "worker", "Scheduled task"
    COMMAND = "command", "Command line"


class BookingQuerySet(TenantQuerySet["Booking"]):
    def upcoming(self, now: datetime) -> Self:
        """Those that will or may still take place, soonest first."""
        rows = self.filter(status__in=OPEN, ends_at__gt=now)
        lapsed = Q(status=Status.PENDING, expires_at__lte=now)
        return rows.exclude(lapsed).order_by("starts_at", "id")

    def standing(self, now: datetime) -> Self:
        """Those that count at `now`: neither declined, cancelled nor expired."""
        lapsed = Q(status=Status.PENDING, expires_at__lte=now)
        return self.exclude(status__in=RELEASED).exclude(lapsed)

    def kept(self, now: datetime) -> Self:
        """Visits to which the client came, as far as is known: completed, or confirmed and over."""
        over = Q(status=Status.CONFIRMED, ends_at__lte=now)
        return self.filter(Q(status=Status.COMPLETED) | over)

    def unanswered(self, now: datetime) -> Self:
        """Requests that can still be answered."""
        return self.filter(status=Status.PENDING, expires_at__gt=now)

    def of_session(self, session: Session, now: datetime) -> Self:
        """Those in it, and requests for it that take no place until they are approved."""
        asking = Q(
            session__isnull=True,
            service=session.service_id,
            provider=session.provider_id,
            starts_at=session.starts_at,
            status=Status.PENDING,
            expires_at__gt=now,
        )
        return self.filter(Q(session=session) | asking).order_by("created_at", "id")

    def lapsed(self, now: datetime) -> Self:
        """Requests whose time to be answered is over, and that nobody has told so yet."""
        return self.filter(status=Status.PENDING, expires_at__lte=now)

    def missed_since(self, moment: datetime) -> Self:
        """Those to which the client did not come, that began since then."""
        return self.filter(status=Status.NO_SHOW, starts_at__gte=moment)

    def over(self, now: datetime) -> Self:
        """Confirmed ones whose end has passed, and of which nobody has said so yet."""
        return self.filter(status=Status.CONFIRMED, ends_at__lte=now)


class Booking(models.Model):
    """A client's spots. It keeps what was agreed, and a session exactly while it takes time."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=50, unique=True, default=new_reference, editable=False)
    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="bookings")
    client = models.ForeignKey(Client, models.PROTECT, related_name="bookings")
    service = models.ForeignKey(Service, models.PROTECT, related_name="bookings")
    provider = models.ForeignKey(Resource, models.PROTECT, related_name="bookings")
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    status = models.CharField(max_length=20, choices=Status, editable=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    spots = models.PositiveSmallIntegerField(default=1)

    timezone = models.CharField("client's time zone", max_length=64, validators=[validate_zone])
    client_name = models.CharField("name", max_length=100, validators=[validate_name])
    client_email = models.EmailField("e-mail", blank=True)
    client_phone = models.CharField("phone", max_length=20, blank=True, validators=[validate_e164])
    notes = models.TextField(blank=True, max_length=2000, validators=[validate_text])
    # [{"key", "label", "value"}] in the order asked, labels as they were then.
    answers = models.JSONField(default=list, blank=True)
    location = models.CharField(max_length=300, blank=True, validators=[validate_line])
    price_amount = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3)

    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    # Until when a request waits for its answer.
    expires_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rejection_reason = models.CharField(max_length=500, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancellation_reason = models.CharField(max_length=500, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    # iCalendar SEQUENCE (RFC 5545 §3.8.7.4): raised by every change that calendars must see.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Part of every signed link; raising it ends the links that were sent before.
    link_version = models.PositiveIntegerField(default=1, editable=False)
    # What a retry is known by, and a digest of what it asked for.
    idempotency_key = models.CharField(max_length=100, null=True, editable=False)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = BookingQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [
            models.Index(fields=["business", "starts_at"], name="booking_by_start"),
            models.Index(fields=["business", "status", "starts_at"], name="booking_by_status"),
            models.Index(fields=["client", "starts_at"], name="booking_by_client"),
            models.Index(
                fields=["expires_at"],
                condition=Q(status=Status.PENDING),
                name="booking_pending_by_expiry",
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(status=Status.CONFIRMED),
                name="booking_confirmed_by_end",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(client_email="", client_phone=""),
                name="booking_reachable",
                violation_error_message=CONTACT_NEEDED,
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(RELEASED), session__isnull=True)
                | Q(status=Status.PENDING)
                | Q(
                    status__in=sorted(set(Status) - RELEASED - {Status.PENDING}),
                    session__isnull=False,
                ),
                name="booking_session_while_taking_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PENDING) | Q(expires_at__isnull=False),
                name="booking_pending_expires",
            ),
            models.UniqueConstraint(
                fields=["business", "idempotency_key"], name="booking_idempotency_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.client_name}"

    @property
    def duration_minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    def status_at(self, now: datetime) -> Status:
        """The status, but that a request is expired from its moment on, told yet or not."""
        lapsed = self.status == Status.PENDING and self.expires_at and self.expires_at <= now
        return Status.EXPIRED if lapsed else Status(self.status)

    @property
    def present_status(self) -> Status:
        return self.status_at(clock.now())
