"""The admin site: Django's own, with our name, our home and the addresses that decide bookings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path

# By how often people need them: models by name, apps by their first model.
ORDER = (
    *(
        "Booking",
        "Session",
        "Client",
        "BlockedPeriod",
        "Service",
        "Resource",
        "Schedule",
        "BookingSettings",
    ),
    *("Message", "Business", "User", "Membership"),
)


class OpenslotAdminSite(admin.AdminSite):
    site_header = "Openslot"
    site_title = "Openslot"
    index_title = "Your bookings"
    site_url = None
    index_template = "admin/home.html"
    enable_nav_sidebar = True

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Imported late: the admin of an app needs the site to register with.
        from booking.admin import decisions, setup, why
        from booking.admin.desk import moving
        from booking.admin.desk.views import new_booking
        from booking.admin.sessions import cancelling
        from notifications.admin import rendered_urls

        return [
            path("setup/", setup.first_run, name="setup"),
            path("booking/service/<int:pk>/why/", self.admin_view(why.why), name="booking_why"),
            path("bookings/new/", self.admin_view(new_booking), name="booking_new"),
            *moving.urls(self.admin_view),
            *decisions.urls(self.admin_view),
            *cancelling.urls(self.admin_view),
            *rendered_urls(self.admin_view),
            *super().get_urls(),
        ]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Where there is nobody yet who could sign in, the way is to the set-up."""
        from booking.operations import is_untouched

        if is_untouched():
            return redirect("admin:setup")
        return super().login(request, extra_context)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from booking.admin.home import home_context

        return super().index(request, {**home_context(request), **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Django's list in the order of use; each model with its `hint`, if its admin has one."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=_turn)
            for model in app["models"]:
                model["hint"] = getattr(self._registry[model["model"]], "hint", "")
        return sorted(apps, key=lambda app: _turn(app["models"][0]))


def _turn(model: dict[str, Any]) -> int:
    name = model["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER)
