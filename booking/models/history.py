from typing import Any

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantQuerySet
from booking.models.booking import Booking, Source
from config.core import clock


class ActorKind(models.TextChoices):
    CLIENT = "client", "Client"
    MEMBER = "member", "Member"
    SYSTEM = "system", "Openslot"


class HistoryEntry(models.Model):
    """One thing that happened to a booking: who, when, through what, before and after."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="history")
    at = models.DateTimeField(default=clock.now)
    event = models.CharField(max_length=60)
    actor_kind = models.CharField("by", max_length=10, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    source = models.CharField("through", max_length=10, choices=Source)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = TenantQuerySet.as_manager()
    tenant_path = "booking__business"

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "history"

    def __str__(self) -> str:
        return self.event

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("History is written once and never changed.")
        super().save(*args, **kwargs)
