from django.apps import AppConfig
from django.db.models.signals import m2m_changed, post_delete, post_save


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        from booking import checks, guard, notices  # noqa: F401 - registers checks

        guard.connect(self)
        self._watch_rules()
        notices.register()

    def _watch_rules(self) -> None:
        """Have every change of a rule renew the version of its business's rules."""
        from accounts.models import Business
        from booking.models import (
            BookingSettings,
            DateOverride,
            Resource,
            Schedule,
            Service,
            WeeklyHours,
        )
        from booking.models.rules import renew_after_choosing, renew_after_saving

        rules = (Business, BookingSettings, Service, Resource, Schedule, WeeklyHours, DateOverride)
        for model in rules:
            post_save.connect(renew_after_saving, sender=model)
            post_delete.connect(renew_after_saving, sender=model)
        m2m_changed.connect(renew_after_choosing, sender=Service.providers.through)
