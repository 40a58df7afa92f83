from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest

from accounts.scoped_admin import SERVED, ScopedAdmin
from booking.models import Client


@admin.register(Client)
class ClientAdmin(ScopedAdmin):
    abilities = SERVED
    list_display = ("name", "email", "phone", "bookings")
    search_fields = ("name", "email", "phone")
    fields = ("business", "name", "email", "phone", "notes")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(booking_count=Count("bookings"))

    @admin.display(ordering="booking_count")
    def bookings(self, client: Any) -> int:
        return int(client.booking_count)
