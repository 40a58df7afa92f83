from functools import partial
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.logos import random_name
from accounts.signals import businesses_changed
from accounts.slugs import validate_business_slug
from accounts.tenancy import TenantQuerySet
from config.core import clock
from config.core.money import validate_currency
from config.core.text import validate_name, validate_text
from config.core.when import region_of, validate_locale, validate_zone

validate_color = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "Write the colour like #1f6feb.")


class BusinessQuerySet(TenantQuerySet["Business"]):
    def at(self, slug: str) -> Self:
        """The business whose link this is, or was; a link in any case of letters."""
        slug = slug.lower()
        return self.filter(Q(slug=slug) | Q(former_slugs__slug=slug)).distinct()

    @transaction.atomic
    def update(self, **values: Any) -> int:
        business_ids = set(self.order_by().values_list("pk", flat=True))
        count = super().update(**values)
        businesses_changed.send(self.model, business_ids=business_ids)
        return count


class Business(models.Model):
    """The tenant: one booking link, one set of people, services and clients."""

    name = models.CharField(max_length=100, validators=[validate_name])
    slug = models.CharField(
        "booking link",
        max_length=100,
        unique=True,
        validators=[validate_business_slug],
        help_text="The last part of your booking link. Left empty, it is made from the name."
        " Links with an earlier one keep working.",
    )
    description = models.TextField(
        blank=True,
        max_length=2000,
        validators=[validate_text],
        help_text="One or two sentences for the top of your booking page.",
    )
    address = models.CharField(max_length=300, blank=True, validators=[validate_text])
    phone = models.CharField(max_length=40, blank=True, validators=[validate_text])
    email = models.EmailField("e-mail", blank=True)
    website = models.URLField(blank=True)
    timezone = models.CharField(
        "time zone",
        max_length=64,
        default="UTC",
        validators=[validate_zone],
        help_text="Opening hours are read on this zone's clock, for example Europe/Berlin.",
    )
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[validate_currency],
        help_text="Three letters, for example EUR.",
    )
    locale = models.CharField(
        "language",
        max_length=12,
        default="en-GB",
        validators=[validate_locale],
        help_text="How dates, times and prices are written, for example en-GB, en-US or de.",
    )
    color = models.CharField(
        "colour",
        max_length=7,
        default="#2f5d50",
        validators=[validate_color],
        help_text="The accent of your booking page and mails, like #2f5d50.",
    )
    logo = models.ImageField(
        blank=True,
        upload_to=random_name,
        width_field="logo_width",
        height_field="logo_height",
        help_text="Shown at the top of your booking page and mails. PNG, JPEG or WebP.",
    )
    logo_width = models.PositiveSmallIntegerField(null=True, editable=False)
    logo_height = models.PositiveSmallIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = BusinessQuerySet.as_manager()
    tenant_path = ""
    # Logo and slug as they were read: forms show what is stored while something else is typed.
    _loaded_logo: str = ""
    _loaded_slug: str = ""

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "businesses"

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the slug that was, so that links lead on, and no logo that was."""
        before = Business.objects.filter(pk=self.pk).values_list("slug", "logo").first()
        slug, logo = before or (self.slug, self.logo.name)
        if self.logo.name == self._loaded_logo:
            # Not changed here; somebody else may have changed it since this was read.
            self.logo.name = logo
        super().save(*args, **kwargs)
        self._loaded_logo, self._loaded_slug = self.logo.name or "", self.slug
        if slug != self.slug:
            FormerSlug.objects.filter(slug=self.slug).delete()
            FormerSlug.objects.get_or_create(business=self, slug=slug)
        if logo and logo != self.logo.name:
            transaction.on_commit(partial(self.logo.storage.delete, logo))
        businesses_changed.send(type(self), business_ids={self.pk})

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row._loaded_logo = row.__dict__.get("logo", "")  # noqa: SLF001 - its own class
        row._loaded_slug = row.__dict__.get("slug", "")  # noqa: SLF001
        return row

    def clean(self) -> None:
        others = FormerSlug.objects.exclude(business=self.pk)
        if others.filter(slug=self.slug).exists():
            raise ValidationError({"slug": "This link leads to another business."})

    @property
    def logo_path(self) -> str:
        """The address of the logo within this site, or "" without one."""
        if not self.logo:
            return ""
        return reverse(
            "accounts:logo", args=[self._loaded_slug or self.slug, Path(str(self.logo)).stem]
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def region(self) -> str:
        """The country whose phone numbers may be written without a prefix; "" if unknown."""
        return region_of(self.timezone)


class FormerSlug(models.Model):
    """A slug that a business had before; its links lead to the present one."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="former_slugs")
    slug = models.CharField(max_length=100, unique=True)

    objects = TenantQuerySet.as_manager()
    tenant_path = "business"

    def __str__(self) -> str:
        return self.slug
