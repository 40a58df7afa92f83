from booking.admin import bookings, clients, hours, services, settings

__all__ = ["bookings", "clients", "hours", "services", "settings"]
