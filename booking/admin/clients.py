from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.scoped_admin import SERVED, ScopedAdmin
from booking.models import Client
from booking.times import read_clock
from booking.validators import parse_phone
from config.core import clock, when

# Counted by `with_totals`.
TOTALS = ("visits", "no_shows", "cancelled", "next_visit")


class ClientForm(forms.ModelForm[Client]):
    phone = forms.CharField(
        required=False,
        max_length=40,
        widget=forms.TelInput(),
        help_text="A client needs an e-mail address or a phone number.",
    )

    is_erasure_settled = forms.BooleanField(
        required=False,
        label="This is settled",
        help_text="Tick it when you have erased what you need not keep, or the client has changed"
        " their mind. The wish is then no longer shown.",
    )

    class Meta:
        model = Client
        fields = ("business", "name", "email", "phone", "notes", "is_erasure_settled")
        widgets = {"notes": forms.Textarea({"rows": 4})}

    def clean_phone(self) -> str:
        """As people write it; without a prefix it is a number of the business's country."""
        text = self.cleaned_data["phone"]
        business = self.cleaned_data.get("business")
        return parse_phone(text, region=business.region if business else "") if text else ""

    def clean(self) -> dict[str, Any] | None:
        if self.cleaned_data.get("is_erasure_settled"):
            self.instance.erase_requested_at = None
        return super().clean()


class ErasureFilter(admin.SimpleListFilter):
    title = "wish to be erased"
    parameter_name = "erasure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Not settled yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:
        return queryset.filter(erase_requested_at__isnull=False) if self.value() else queryset


@admin.register(Client)
class ClientAdmin(ScopedAdmin):
    abilities = SERVED
    form = ClientForm
    hint = "The people who book, with your notes on them"
    empty_text = "No clients yet. Everybody who books appears here by themselves."
    list_display = ("name", "email", "phone", *TOTALS, "erasure_asked")
    list_filter = (ErasureFilter,)
    search_fields = ("name", "email", "phone")
    list_select_related = ("business",)
    ordering = ("name", "id")
    search_help_text = "Name, e-mail or phone"
    readonly_fields = (*TOTALS, "erasure_asked")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A client who is just being added has no visits yet."""
        sections: list[Any] = [
            (None, {"fields": ("business", "name", "email", "phone", "notes")}),
        ]
        if obj:
            sections.append(("At a glance", {"fields": TOTALS}))
        if obj and obj.erase_requested_at:
            may_settle = self.has_change_permission(request, obj)
            wish = ["erasure_asked", *(["is_erasure_settled"] if may_settle else [])]
            sections.insert(0, ("Asks to have their data erased", {"fields": wish}))
        return sections

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        # Grouping drops the model's own order, and pages without an order repeat rows.
        return rows.with_totals(clock.now()).order_by("name", "id")

    @admin.display(description="visits", ordering="visits")
    def visits(self, client: Any) -> int:
        return int(client.visits)

    @admin.display(description="no-shows", ordering="no_shows")
    def no_shows(self, client: Any) -> int:
        return int(client.no_shows)

    @admin.display(description="cancelled", ordering="cancelled")
    def cancelled(self, client: Any) -> int:
        return int(client.cancelled)

    @admin.display(description="next visit", ordering="next_visit")
    def next_visit(self, client: Any) -> str | None:
        if client.next_visit is None:
            return None
        business = client.business
        return when.short_moment(client.next_visit, business.timezone, business.locale)

    @admin.display(description="asked to be erased", ordering="erase_requested_at")
    def erasure_asked(self, client: Client) -> str:
        asked_at, business = client.erase_requested_at, client.business
        if asked_at is None:
            return ""
        return str(read_clock(asked_at, business.timezone, business.locale))
