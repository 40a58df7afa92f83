from django.urls import path

from booking.api import availability, bookings, business, holds, own

app_name = "booking_api"
_BUSINESS = "businesses/<str:business_slug>/"
urlpatterns = [
    path(_BUSINESS, business.BusinessView.as_view(), name="business"),
    path(f"{_BUSINESS}services/", business.ServicesView.as_view(), name="services"),
    path(f"{_BUSINESS}availability/", availability.AvailabilityView.as_view(), name="availability"),
    path(f"{_BUSINESS}holds/", holds.HoldsView.as_view(), name="holds"),
    path(f"{_BUSINESS}holds/<uuid:public_id>/", holds.HoldView.as_view(), name="hold"),
    path(
        f"{_BUSINESS}holds/<uuid:public_id>/extend/", holds.ExtendView.as_view(), name="extend_hold"
    ),
    path(f"{_BUSINESS}bookings/", bookings.BookingsView.as_view(), name="bookings"),
    path("bookings/<str:reference>/", own.BookingView.as_view(), name="booking"),
    path("bookings/<str:reference>/cancel/", own.CancelView.as_view(), name="cancel"),
]
