from booking.admin.sessions import pages

__all__ = ["pages"]
