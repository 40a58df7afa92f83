from django.apps import AppConfig
from django.db.models.signals import m2m_changed


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        from accounts.signals import businesses_changed
        from booking import checks, guard, notices  # noqa: F401 - registers checks
        from booking.models import RequiredGroup, Service
        from booking.models.rules import renew_after_business, renew_after_choosing

        guard.connect(self)
        businesses_changed.connect(renew_after_business)
        for chosen in (Service.providers, RequiredGroup.resources):
            m2m_changed.connect(renew_after_choosing, sender=chosen.through)
        notices.register()
