from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("health", health.health, name="health"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("", include("accounts.web.urls")),
    path("", include("booking.web.urls")),
]
handler400 = "config.api.bad_request"
handler403 = "booking.web.errors.forbidden"
handler404 = "booking.web.errors.not_found"
handler500 = "config.api.server_error"
