from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Messages"

    def ready(self) -> None:
        from notifications import outbox, tasks

        outbox.call_after_commit(tasks.nudge)
