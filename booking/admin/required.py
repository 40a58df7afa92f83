"""The rooms and equipment that a service needs: any one of each group."""

from itertools import combinations
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.scoped_admin import ScopedInline
from booking.models import RequiredGroup, Service


class RequiredGroupForm(forms.ModelForm[RequiredGroup]):
    class Meta:
        model = RequiredGroup
        fields = ("name", "resources")
        labels = {"resources": "Any one of"}
        help_texts = {"name": "", "resources": ""}
        error_messages = {"resources": {"required": "Choose at least one room or equipment."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What is archived is not offered, but stays where it was chosen before."""
        super().__init__(*args, **kwargs)
        if "resources" not in self.fields:
            return
        field: Any = self.fields["resources"]
        chosen = self.instance.resources.values("pk") if self.instance.pk else ()
        field.queryset = field.queryset.things().filter(Q(is_active=True) | Q(pk__in=chosen))
        if not field.queryset.exists():
            add = reverse("admin:booking_resource_add")
            field.help_text = format_html(
                'There are none yet: <a href="{}">add a room or equipment</a> first.', add
            )


class RequiredGroupFormSet(forms.BaseInlineFormSet[RequiredGroup, Service, RequiredGroupForm]):
    def clean(self) -> None:
        """A session takes one of each group: what is in two of them could be needed twice."""
        super().clean()
        given = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        groups = [group for group in given if not group.get("DELETE")]
        for first, second in combinations(groups, 2):
            if both := set(first["resources"]) & set(second["resources"]):
                shared = min(both, key=str)
                raise ValidationError(
                    f"“{shared}” is in “{first['name']}” and in “{second['name']}”. Choose it in"
                    " one of them only."
                )


class RequiredGroupInline(ScopedInline, admin.TabularInline[RequiredGroup, Service]):
    model = RequiredGroup
    form = RequiredGroupForm
    formset = RequiredGroupFormSet  # type: ignore[assignment]
    hint = (
        "What each appointment or session needs beside its person, for example “Treatment room”."
        " Of every line one is taken, the first that is free; with none free, nothing is offered."
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = forms.CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)
