import uuid

from django.db import models
from django.db.models.functions import Lower

from accounts.tenancy import TenantQuerySet
from config.core import clock


class MessageStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Not needed any more"


class Audience(models.TextChoices):
    CLIENT = "client", "Client"
    OWNER = "owner", "Business"


class Message(models.Model):
    """One thing to tell one person over one channel; kept until it is told, and afterwards."""

    # The mail's Message-ID is made of it, so that a repeat after a crash is seen as one.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="+")
    dedup_key = models.CharField(max_length=200, unique=True, editable=False)
    audience = models.CharField(max_length=10, choices=Audience)
    channel = models.CharField(max_length=10, default="email")
    template = models.CharField("kind", max_length=60)
    recipient = models.CharField(max_length=320)
    # What it speaks of, for the composer registered under this type.
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)

    status = models.CharField(
        max_length=10, choices=MessageStatus, default=MessageStatus.QUEUED, editable=False
    )
    due_at = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.TextField(blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    # As it was told; empty until then.
    subject = models.CharField(max_length=300, blank=True, editable=False)
    text = models.TextField(blank=True, editable=False)
    html = models.TextField(blank=True, editable=False)

    objects = TenantQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="notifications_msg_subject"),
            models.Index(fields=["status", "due_at"], name="notifications_msg_due"),
            # How much one address has had within a day.
            models.Index(
                "business", Lower("recipient"), "sent_at", name="notifications_msg_recipient"
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.template.replace("_", " ")
