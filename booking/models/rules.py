"""The version of a business's rules. Whatever changes a rule renews it, in the same transaction.

Single rows renew it by Django's signals (see `booking.apps`), rows in bulk by this queryset.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.apps import apps
from django.db import models

from accounts.tenancy import TenantQuerySet, business_of

M = TypeVar("M", bound=models.Model)


class RuleQuerySet(TenantQuerySet[M]):
    """Rows that a rulebook is compiled from."""

    def update(self, **values: Any) -> int:
        businesses = set(self.order_by().values_list(self._path(), flat=True))
        count = super().update(**values)
        renew_version(businesses)
        return count

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = super().bulk_create(objs, *args, **kwargs)
        renew_version({business_of(row).pk for row in rows})
        return rows

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        count = super().bulk_update(rows, *args, **kwargs)
        renew_version({business_of(row).pk for row in rows})
        return count


def renew_version(business_ids: Collection[int]) -> None:
    """Versions are random: who writes an old row back cannot bring an old version back with it."""
    rows = apps.get_model("booking", "BookingSettings").objects.filter(business__in=business_ids)
    models.QuerySet.update(rows, rules_version=uuid.uuid4())


def renew_after_saving(instance: models.Model, **signal_details: Any) -> None:
    renew_version({business_of(instance).pk})


def renew_after_choosing(instance: models.Model, action: str, **signal_details: Any) -> None:
    """After rows of a many-to-many relation were added, removed or cleared."""
    if action.startswith("post_"):
        renew_version({business_of(instance).pk})
