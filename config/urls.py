from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health", health.health, name="health"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("", include("accounts.web.urls")),
    path("", include("booking.web.urls")),
]
handler400 = "booking.web.errors.bad_request"
handler403 = "booking.web.errors.forbidden"
handler404 = "booking.web.errors.not_found"
handler500 = "booking.web.errors.server_error"
