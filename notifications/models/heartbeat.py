from django.db import models


class Heartbeat(models.Model):
    """When a process that should always run was last seen at work."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
