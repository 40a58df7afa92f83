from django.db import models

from config.core import clock


class LinkRequest(models.Model):
    """Somebody has asked for the links of an address, known or not; gone once it is answered.

    It belongs to no business, for nobody may find out with whom the address has bookings.
    """

    # In lower case: while one waits, asking again adds nothing.
    email = models.EmailField(unique=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.email
