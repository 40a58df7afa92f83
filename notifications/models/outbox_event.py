from django.db import models

from accounts.tenancy import TenantQuerySet
from config.core import clock


class OutboxEvent(models.Model):
    """A fact that was committed together with what it tells of, waiting to be acted upon."""

    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    handled_at = models.DateTimeField(null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.TextField(blank=True, editable=False)

    objects = TenantQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["id"],
                name="notifications_event_open",
                condition=models.Q(handled_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name
