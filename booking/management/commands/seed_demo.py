from typing import Any

from django.core.management.base import BaseCommand

from booking import demo
from booking.links import absolute, booking_url


class Command(BaseCommand):
    help = "Make the demo business with a week of bookings. Doing it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        made = demo.seed()
        self.stdout.write("The demo business is ready." if made else "It is there already.")
        self.stdout.write(f"Clients: {booking_url(demo.SLUG)}")
        self.stdout.write(f"Staff:   {absolute('/admin/')}")
        self.stdout.write(f"Sign in: {demo.OWNER_EMAIL} / {demo.password()}")
