"""Whose rows are whose. Every model of a business says by `tenant_path` how it is reached."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

if TYPE_CHECKING:
    from accounts.models import Business, User

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Rows that belong to a business along the model's `tenant_path` ("" for the business)."""

    def for_business(self, business: "Business") -> Self:
        return self.filter(**{self._path() or "pk": business.pk})

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Rows of the businesses that `user` is a member of; all of them for the operator."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        path = self._path()
        membership = f"{path}__memberships__user" if path else "memberships__user"
        return self.filter(**{membership: user.pk})

    def _path(self) -> str:
        return str(getattr(self.model, "tenant_path"))  # noqa: B009 - declared by each model


def business_of(row: Any) -> "Business":
    """The business that a row belongs to, along its `tenant_path`."""
    for name in filter(None, type(row).tenant_path.split("__")):
        row = getattr(row, name)
    return row  # type: ignore[no-any-return]
