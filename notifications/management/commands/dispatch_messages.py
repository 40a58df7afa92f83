from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from notifications import messages, outbox


class Command(BaseCommand):
    help = "Handle waiting events and send what is due, as the worker does each minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what waits")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            events, due = outbox.due_events().count(), messages.due_messages().count()
            self.stdout.write(f"{events} events to handle, {due} messages due")
            return
        handled, sent = outbox.handle_events(), messages.send_due()
        self.stdout.write(f"{handled} events handled, {sent} messages sent")
