from booking.admin import blocked_periods, bookings, clients, hours, services, settings

__all__ = ["blocked_periods", "bookings", "clients", "hours", "services", "settings"]
