from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest

from accounts.scoped_admin import SERVED, ScopedAdmin
from booking.models import Client
from booking.validators import parse_phone


class ClientForm(forms.ModelForm[Client]):
    phone = forms.CharField(
        required=False,
        max_length=40,
        widget=forms.TelInput(),
        help_text="A client needs an e-mail address or a phone number.",
    )

    class Meta:
        model = Client
        fields = ("business", "name", "email", "phone", "notes")
        widgets = {"notes": forms.Textarea({"rows": 4})}

    def clean_phone(self) -> str:
        """As people write it; without a prefix it is a number of the business's country."""
        text = self.cleaned_data["phone"]
        business = self.cleaned_data.get("business")
        return parse_phone(text, region=business.region if business else "") if text else ""


@admin.register(Client)
class ClientAdmin(ScopedAdmin):
    abilities = SERVED
    form = ClientForm
    hint = "The people who book, with your notes on them"
    empty_text = "No clients yet. Everybody who books appears here by themselves."
    list_display = ("name", "email", "phone", "bookings")
    search_fields = ("name", "email", "phone")
    ordering = ("name", "id")
    search_help_text = "Name, e-mail or phone"
    fields = ("business", "name", "email", "phone", "notes")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).annotate(booking_count=Count("bookings"))
        # Grouping drops the model's own order, and pages without an order repeat rows.
        return rows.order_by("name", "id")

    @admin.display(ordering="booking_count")
    def bookings(self, client: Any) -> int:
        return int(client.booking_count)
