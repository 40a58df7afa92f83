from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.core import clock
from notifications import messages, outbox
from notifications.models import Message, MessageStatus, OutboxEvent


class Command(BaseCommand):
    help = "Handle waiting events and send what is due, as the worker does each minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what waits")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = clock.now()
        if dry_run:
            events = OutboxEvent.objects.filter(handled_at__isnull=True).count()
            due = Message.objects.filter(status=MessageStatus.QUEUED, due_at__lte=now).count()
            self.stdout.write(f"{events} events to handle, {due} messages due")
            return
        handled = outbox.handle_events(now=now)
        sent = messages.send_due(now=clock.now())
        self.stdout.write(f"{handled} events handled, {sent} messages sent")
