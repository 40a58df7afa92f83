from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from booking.models import ActorKind, Booking, Source
from booking.operations import Actor, expire_pending
from config.core import clock


class Command(BaseCommand):
    help = "End the requests that nobody has answered in time, as the worker does each minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            found = list(Booking.objects.lapsed(clock.now()).select_related("business"))
        else:
            found = expire_pending(actor=Actor(kind=ActorKind.SYSTEM, source=Source.COMMAND))
        for booking in found:
            self.stdout.write(f"{booking.reference}  {booking.business.slug}")
        count = "1 request" if len(found) == 1 else f"{len(found)} requests"
        self.stdout.write(f"{count} {'would expire' if dry_run else 'expired'}")
