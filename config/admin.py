"""The admin site: Django's own, with our name, our home and the addresses that decide bookings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver


class OpenslotAdminSite(admin.AdminSite):
    site_header = "Openslot"
    site_title = "Openslot"
    index_title = "Your bookings"
    site_url = None
    index_template = "admin/home.html"
    enable_nav_sidebar = True

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Imported late: the admin of an app needs the site to register with.
        from booking.admin import decisions
        from notifications.admin import rendered_urls

        return [
            *decisions.urls(self.admin_view),
            *rendered_urls(self.admin_view),
            *super().get_urls(),
        ]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from booking.admin.home import home_context

        return super().index(request, {**home_context(request), **(extra_context or {})})
