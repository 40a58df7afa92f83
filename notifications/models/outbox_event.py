import uuid

from django.db import models

from accounts.tenancy import TenantQuerySet
from config.core import clock


class OutboxEvent(models.Model):
    """One fact on its way to one handler, committed together with what it tells of.

    A fact has a row for each handler, all with the same `event_id`: a handler that fails is tried
    again alone. Facts about one subject reach a handler in their order.
    """

    event_id = models.UUIDField(default=uuid.uuid4, editable=False)
    handler = models.CharField(max_length=40, editable=False)
    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # Null when there is nothing left to do: it was handled, or given up.
    due_at = models.DateTimeField(default=clock.now, null=True, editable=False)
    handled_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.TextField(blank=True, editable=False)

    objects = TenantQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["due_at"], name="notifications_event_due"),
            models.Index(fields=["subject_type", "subject_id"], name="notifications_event_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "handler"], name="notifications_event_once_a_handler"
            )
        ]

    def __str__(self) -> str:
        return self.name
