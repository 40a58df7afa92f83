from django.urls import path

from booking.web import (
    brand,
    clients,
    keep,
    lost,
    own,
    pages,
    prove,
    reschedule,
    reserve,
)

app_name = "booking"
urlpatterns = [
    path("", pages.home, name="home"),
    path("book/", pages.home),
    path("book/<str:business_slug>/", pages.business, name="business"),
    path("book/<str:business_slug>/brand.css", brand.stylesheet, name="brand"),
    path("book/<str:business_slug>/<str:service_slug>/", pages.service, name="service"),
    path("book/<str:business_slug>/<str:service_slug>/hold/", keep.keep, name="hold"),
    path("book/<str:business_slug>/<str:service_slug>/confirm/", reserve.confirm, name="confirm"),
    path("booking/lost/", lost.lost, name="lost"),
    path("booking/<str:token>/", own.detail, name="own"),
    path("booking/<str:token>/cancel/", own.cancel, name="cancel"),
    path("booking/<str:token>/reschedule/", reschedule.reschedule, name="reschedule"),
    path("booking/<str:token>/accept-offer/", own.accept, name="accept_offer"),
    path("booking/<str:token>/invite.ics", own.invite, name="invite"),
    path("booking/<str:token>/it-is-me/", prove.prove, name="prove"),
    path("client/<str:token>/", clients.detail, name="client"),
    path("client/<str:token>/data.json", clients.data, name="client_data"),
    path("client/<str:token>/erase/", clients.erase, name="client_erase"),
    path("<str:business_slug>/book", pages.short_link, name="short_link"),
    path("<str:business_slug>/book/", pages.short_link),
]
