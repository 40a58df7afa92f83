import uuid
from typing import Self

from django.db import models

from booking.models.limits import Limited
from booking.models.rules import Rule, RuleQuerySet
from config.core.text import validate_name


class ResourceKind(models.TextChoices):
    PERSON = "person", "Person"
    ROOM = "room", "Room"
    EQUIPMENT = "equipment", "Equipment"


class ResourceQuerySet(RuleQuerySet["Resource"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def people(self) -> Self:
        return self.filter(kind=ResourceKind.PERSON)

    def things(self) -> Self:
        """Rooms and equipment: what a service may need beside its provider."""
        return self.exclude(kind=ResourceKind.PERSON)


class Resource(Limited, Rule):
    """Anything whose time can be taken once: a person (a provider), a room, equipment."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="resources")
    kind = models.CharField(max_length=10, choices=ResourceKind, default=ResourceKind.PERSON)
    name = models.CharField(max_length=100, validators=[validate_name])
    email = models.EmailField(
        "e-mail", blank=True, help_text="Told of this person's bookings, beside the business."
    )
    schedule = models.ForeignKey(
        "booking.Schedule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resources",
        help_text="Empty: the business's own hours.",
    )
    priority = models.PositiveSmallIntegerField(
        default=100, help_text="Among equals, the lowest number is asked first."
    )
    is_active = models.BooleanField(
        default=True, help_text="Untick to take no more bookings for this one; those made stay."
    )

    objects = ResourceQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["priority", "name", "id"]

    def __str__(self) -> str:
        return self.name
