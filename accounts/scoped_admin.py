"""The base of every admin page: rows, choices and rights end at the member's own businesses."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.models import Business
from accounts.permissions import Ability, can
from accounts.tenancy import business_of

MANAGED: dict[str, Ability] = {
    "view": Ability.SEE,
    "add": Ability.MANAGE,
    "change": Ability.MANAGE,
    "delete": Ability.MANAGE,
}
SERVED: dict[str, Ability] = MANAGED | dict.fromkeys(("add", "change", "delete"), Ability.SERVE)


_SCOPE = "business_in_scope"


def scope_of(request: HttpRequest) -> Business | None:
    """The business that the page is about, once `ScopedAdmin` has found it out."""
    return getattr(request, _SCOPE, None)


class _Scoped:
    """What pages and their inlines share: rights by role, and choices of one business."""

    abilities: ClassVar[Mapping[str, Ability]] = MANAGED

    def _may(self, request: HttpRequest, action: str, row: Model | None) -> bool:
        ability = self.abilities.get(action)
        business = business_of(row) if row is not None and row.pk else scope_of(request)
        return ability is not None and can(request.user, ability, business)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete", obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view", None)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "business":
            return _fixed_business(scope_of(request))
        kwargs["queryset"] = _choices(db_field.related_model, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["queryset"] = _choices(db_field.related_model, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}


class ScopedAdmin(_Scoped, admin.ModelAdmin[Any]):
    """A page whose rows belong to a business by their model's `tenant_path`."""

    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model.objects.visible_to(request.user)  # type: ignore[no-any-return]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if first := own_businesses(request).first():
            timezone.activate(first.zone)
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Finds out the business first, so that every choice on the page is one of its own."""
        row = self.get_object(request, object_id) if object_id else None
        business = business_of(row) if row else _chosen_business(request)
        if business is None and object_id is None and self._has_business():
            return self._ask_for_business(request)
        if business is not None:
            setattr(request, _SCOPE, business)
            timezone.activate(business.zone)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        if self._has_business() and own_businesses(request).count() > 1:
            return [("business", OwnRowsFilter), *filters]
        return filters

    def _has_business(self) -> bool:
        try:
            self.opts.get_field("business")
        except FieldDoesNotExist:
            return False
        return True

    def _ask_for_business(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Add {self.opts.verbose_name}: for which business?",
            "businesses": own_businesses(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/choose_business.html", context)


class ScopedInline(_Scoped, InlineModelAdmin[Any, Any]):
    """Rows below a page of `ScopedAdmin`; mix with Django's tabular or stacked inline."""

    extra = 0


class OwnRowsFilter(admin.RelatedFieldListFilter):
    """Django's filter offers every related row there is; this one those of one's own businesses."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = field.related_model.objects.visible_to(request.user)
        return [(str(row.pk), str(row)) for row in rows]


def own_businesses(request: HttpRequest) -> QuerySet[Business]:
    return Business.objects.visible_to(request.user)


def _chosen_business(request: HttpRequest) -> Business | None:
    """For a new row: the only business there is, or the one named in the address or the form."""
    own = own_businesses(request)
    asked = request.POST.get("business") or request.GET.get("business", "")
    if asked.isdigit():
        return own.filter(pk=int(asked[:18])).first()
    return own.first() if own.count() == 1 else None


def _fixed_business(business: Business | None) -> forms.Field:
    return forms.ModelChoiceField(
        Business.objects.filter(pk=business.pk) if business else Business.objects.none(),
        initial=business,
        widget=forms.HiddenInput,
    )


def _choices(model: Any, request: HttpRequest) -> QuerySet[Any]:
    """Rows of the page's business; of all one's own where the page has none."""
    rows = model.objects
    visible: Callable[..., QuerySet[Any]] | None = getattr(rows, "visible_to", None)
    if visible is None:
        return rows.all()  # type: ignore[no-any-return]
    business = scope_of(request)
    return rows.for_business(business) if business else visible(request.user)
