"""The version of a business's rules. Whatever changes a rule renews it, in the same transaction."""

import uuid
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.apps import apps
from django.db import models, transaction

from accounts.tenancy import TenantQuerySet, business_of

M = TypeVar("M", bound=models.Model)


class RuleQuerySet(TenantQuerySet[M]):
    """Rows that a rulebook is compiled from."""

    @transaction.atomic
    def update(self, **values: Any) -> int:
        businesses = self._businesses()
        count = super().update(**values)
        renew_version(businesses)
        return count

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        businesses = self._businesses()
        deleted = super().delete()
        renew_version(businesses)
        return deleted

    @transaction.atomic
    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = super().bulk_create(objs, *args, **kwargs)
        renew_version({business_of(row).pk for row in rows})
        return rows

    def _businesses(self) -> set[int]:
        return set(self.order_by().values_list(self._path(), flat=True))


class Rule(models.Model):
    """A row that a rulebook is compiled from."""

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        renew_version({business_of(self).pk})

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        business_id = business_of(self).pk
        deleted = super().delete(*args, **kwargs)
        renew_version({business_id})
        return deleted


def renew_version(business_ids: Collection[int]) -> None:
    """Versions are random: who writes an old row back cannot bring an old version back with it."""
    rows = apps.get_model("booking", "BookingSettings").objects.filter(business__in=business_ids)
    models.QuerySet.update(rows, rules_version=uuid.uuid4())


def renew_after_business(business_ids: Collection[int], **signal_details: Any) -> None:
    """The row of the business is no rule of this app: accounts tell of each change, in time."""
    renew_version(business_ids)


def renew_after_choosing(instance: models.Model, action: str, **signal_details: Any) -> None:
    """After rows of a many-to-many relation were added, removed or cleared: Django does so inside a
    transaction, and tells by this signal alone.
    """
    if action.startswith("post_"):
        renew_version({business_of(instance).pk})
