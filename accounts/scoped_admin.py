"""The base of every admin page: rows, choices and rights end at the member's own businesses."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, InlineModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst

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

# The browser's own inputs for dates and times: good with a keyboard and with a thumb.
_NATIVE_INPUTS: dict[Any, dict[str, Any]] = {
    models.DateField: {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")},
    models.TimeField: {"widget": forms.TimeInput({"type": "time"}, format="%H:%M")},
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    },
}


class _RowsField(forms.ModelMultipleChoiceField[Any]):
    """Refuses what no database could take for an id; Django asks SQLite for it and fails."""

    def clean(self, value: Any) -> Any:
        for pk in value or ():
            if not _is_id(str(pk)):
                raise ValidationError(self.error_messages["invalid_pk_value"], params={"pk": pk})
        return super().clean(value)


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def scope_of(request: HttpRequest) -> Business | None:
    """The business that the page is about, once `ScopedAdmin` has found it out."""
    return getattr(request, _SCOPE, None)


class _Scoped:
    """What pages and their inlines share: rights by role, and choices of one business."""

    abilities: ClassVar[Mapping[str, Ability]] = MANAGED
    # Fields that people could not read as they are kept: where a page can only be read, the method
    # named here speaks for the field.
    read_as: ClassVar[Mapping[str, str]] = {}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sections = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if self.has_change_permission(request, obj):
            return sections
        return [
            (title, {**options, "fields": _renamed(options["fields"], self.read_as)})
            for title, options in sections
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        if self.has_change_permission(request, obj):
            return fields
        return [*fields, *self.read_as.values()]

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

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            # Adding beside a select helps; changing and deleting there is done by mistake.
            widget.can_change_related = widget.can_delete_related = widget.can_view_related = False
            # Django's script puts a new row into selects only.
            widget.can_add_related &= not isinstance(widget.widget, forms.CheckboxSelectMultiple)
        return field

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
        kwargs["form_class"] = _RowsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    formfield_overrides: ClassVar[Any] = {
        models.URLField: {"assume_scheme": "https"},
        **_NATIVE_INPUTS,
    }


class ScopedAdmin(_Scoped, admin.ModelAdmin[Any]):
    """A page whose rows belong to a business by their model's `tenant_path`."""

    list_per_page = 50
    # One line below the name on the home page.
    hint = ""
    # What an empty list says: what to do next.
    empty_text = "Nothing here yet."
    # There is one row per business: with one business the list would only be in the way.
    one_per_business = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model.objects.visible_to(request.user)  # type: ignore[no-any-return]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.one_per_business and request.method == "GET" and not request.GET:
            rows = self.get_queryset(request)[:2]
            if len(rows) == 1:
                return redirect(f"admin:{self._name}_change", rows[0].pk)
        if first := own_businesses(request).first():
            timezone.activate(first.zone)
        shown = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "empty_text": self.empty_text,
        }
        return super().changelist_view(request, shown | (extra_context or {}))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Finds out the business first, so that every choice on the page is one of its own."""
        row = self.get_object(request, object_id) if object_id else None
        business = self.enter(request, row)
        if business is None and object_id is None and self._has_business():
            return self.ask_for_business(request)
        shown = {"subtitle": self._subtitle(request, row, business)}
        return super().changeform_view(request, object_id, form_url, shown | (extra_context or {}))

    def enter(self, request: HttpRequest, row: Any = None) -> Business | None:
        """The business of the row, or of a new one: from here on the page is about nothing else.

        None where somebody of several has not said yet for which.
        """
        business = business_of(row) if row else _chosen_business(request)
        if business is not None:
            setattr(request, _SCOPE, business)
            timezone.activate(business.zone)
        return business

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if row := self.get_object(request, object_id):
            timezone.activate(business_of(row).zone)
        return super().history_view(request, object_id, extra_context)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Drops what cannot be an id: Django's filter would fail on it."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        given: Any = request.POST.copy()
        given.setlist(ACTION_CHECKBOX_NAME, [pk for pk in chosen if _is_id(pk)])
        request.POST = given
        return super().response_action(request, queryset, *args, **kwargs)

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        if "business" not in columns and self._spans_businesses(request):
            return [*columns, "business"]
        return columns

    def get_list_select_related(self, request: HttpRequest) -> Any:
        own = list(super().get_list_select_related(request) or ())  # type: ignore[arg-type]
        return [*own, "business"] if self._has_business() else own

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        if self._spans_businesses(request):
            return [("business", OwnRowsFilter), *filters]
        return filters

    @property
    def _name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _subtitle(self, request: HttpRequest, row: Any, business: Business | None) -> str:
        names = [str(row)] if row else []
        if business and self._spans_businesses(request):
            names.append(business.name)
        return " · ".join(names)

    def _spans_businesses(self, request: HttpRequest) -> bool:
        return self._has_business() and own_businesses(request).count() > 1

    def _has_business(self) -> bool:
        try:
            self.opts.get_field("business")
        except FieldDoesNotExist:
            return False
        return True

    def ask_for_business(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Add {self.opts.verbose_name}: for which business?",
            "businesses": own_businesses(request),
            "opts": self.opts,
            "is_popup": IS_POPUP_VAR in request.GET,
        }
        return TemplateResponse(request, "admin/choose_business.html", context)


class ScopedInline(_Scoped, InlineModelAdmin[Any, Any]):
    """Rows below a page of `ScopedAdmin`; mix with Django's tabular or stacked inline."""

    extra = 0
    template = "admin/edit_inline/explained.html"
    # A sentence above the rows.
    hint = ""


class OwnRowsFilter(admin.RelatedFieldListFilter):
    """Django's filter offers every related row there is; this one those of one's own businesses."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = field.related_model.objects.visible_to(request.user)
        return [(str(row.pk), str(row)) for row in rows]


def _renamed(fields: Any, names: Mapping[str, str]) -> tuple[Any, ...]:
    """`fields` under other names, each once: Django adds the read-only ones of an inline again."""
    renamed = (
        names.get(field, field) if isinstance(field, str) else _renamed(field, names)
        for field in fields
    )
    return tuple(dict.fromkeys(renamed))


def own_businesses(request: HttpRequest) -> QuerySet[Business]:
    return Business.objects.visible_to(request.user)


def _chosen_business(request: HttpRequest) -> Business | None:
    """For a new row: the only business there is, or the one named in the address or the form."""
    own = own_businesses(request)
    asked = request.POST.get("business") or request.GET.get("business", "")
    if _is_id(asked):
        return own.filter(pk=asked).first()
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
