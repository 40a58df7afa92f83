from django.urls import path

from accounts.web import logo

app_name = "accounts"
urlpatterns = [
    path("media/<str:business_slug>/<str:name>.png", logo.logo, name="logo"),
]
