from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        from booking import checks, guard, notices  # noqa: F401 - registers checks

        guard.connect(self)
        notices.register()
