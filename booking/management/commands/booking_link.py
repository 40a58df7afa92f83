from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Business
from booking.links import booking_url


class Command(BaseCommand):
    help = "Print the booking link of a business."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        if not Business.objects.filter(slug=slug).exists():
            raise CommandError(f"There is no business with the slug {slug!r}.")
        self.stdout.write(booking_url(slug))
