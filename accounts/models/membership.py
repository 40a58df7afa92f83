from django.conf import settings
from django.db import models

from accounts.models.business import Business
from accounts.tenancy import TenantQuerySet
from config.core import clock


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    STAFF = "staff", "Staff"
    READ_ONLY = "read_only", "Read-only"


class Membership(models.Model):
    """A user's role in a business."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(
        max_length=12,
        choices=Role,
        default=Role.STAFF,
        help_text="Owners do everything; managers everything but people and the business itself;"
        " staff answer requests and look after bookings; read-only sees.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = TenantQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "user"],
                name="accounts_membership_once",
                violation_error_message="This person is a member already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
