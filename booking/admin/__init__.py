from booking.admin import (
    blocked_periods,
    bookings,
    clients,
    hours,
    resources,
    services,
    sessions,
    settings,
)

__all__ = [
    "blocked_periods",
    "bookings",
    "clients",
    "hours",
    "resources",
    "services",
    "sessions",
    "settings",
]
