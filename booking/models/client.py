import re
import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Count, Min, Q
from django.db.models.functions import Lower

from accounts.tenancy import TenantQuerySet
from booking.lifecycle import Status
from booking.validators import CONTACT_NEEDED, validate_e164
from config.core import clock
from config.core.text import validate_name, validate_text


class ClientQuerySet(TenantQuerySet["Client"]):
    def matching(self, text: str) -> Self:
        """Those with every word in their name or e-mail, or with this number in their phone."""
        known = Q()
        for word in text.split():
            known &= Q(name__icontains=word) | Q(email__icontains=word)
        # People write a zero where the international form has the country.
        digits = re.sub(r"\D", "", text).lstrip("0")
        if len(digits) > 2 and not re.search(r"[^\W\d_]", text):
            known |= Q(phone__contains=digits)
        return self.filter(known)

    def with_totals(self, now: datetime) -> Self:
        """Each with its `visits` kept, `no_shows`, `cancelled`, and when its `next_visit` starts.

        Counted from the bookings in the same query. One that is over is a visit before the sweep
        has said so; a request is none before it is approved.
        """
        is_over = Q(bookings__status=Status.CONFIRMED, bookings__ends_at__lte=now)
        is_next = Q(bookings__status=Status.CONFIRMED, bookings__starts_at__gt=now)
        return self.annotate(
            visits=Count("bookings", filter=Q(bookings__status=Status.COMPLETED) | is_over),
            no_shows=Count("bookings", filter=Q(bookings__status=Status.NO_SHOW)),
            cancelled=Count("bookings", filter=Q(bookings__status=Status.CANCELLED)),
            next_visit=Min("bookings__starts_at", filter=is_next),
        )


class Client(models.Model):
    """The person who books: one per business and e-mail, or phone when there is no e-mail.

    Each booking keeps its own copy of what was typed for it. Typing someone's address proves
    nothing, so it never changes these fields.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey("accounts.Business", models.CASCADE, related_name="clients")
    name = models.CharField(max_length=100, validators=[validate_name])
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField(max_length=20, blank=True, validators=[validate_e164])
    notes = models.TextField(
        blank=True, max_length=5000, validators=[validate_text], help_text="Only staff see this."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # When the client asked to have their data erased; empty again once staff have settled it.
    erase_requested_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ClientQuerySet.as_manager()
    tenant_path = "business"

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="", phone=""),
                name="booking_client_reachable",
                violation_error_message=CONTACT_NEEDED,
            ),
            models.UniqueConstraint(
                "business",
                Lower("email"),
                condition=~Q(email=""),
                name="booking_client_email_once",
                violation_error_message="Another client of this business has this e-mail.",
            ),
            models.UniqueConstraint(
                fields=["business", "phone"],
                condition=Q(email=""),
                name="booking_client_phone_once",
                violation_error_message="Another client of this business has this phone number.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
