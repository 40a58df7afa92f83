from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from booking.links import booking_url
from booking.operations import create_business


class Command(BaseCommand):
    help = "Make a business with its owner, Monday to Friday 09:00-17:00."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", default="", help="made from the name when left out")
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--timezone", default="UTC", help="for example Europe/Berlin")
        parser.add_argument("--currency", default="EUR")
        parser.add_argument("--locale", default="en-GB")

    def handle(self, *args: Any, owner_email: str, **options: Any) -> None:
        given = {key: options[key] for key in ("name", "slug", "timezone", "currency", "locale")}
        try:
            owner = User.objects.filter(email__iexact=owner_email).first()
            is_new = owner is None
            business = create_business(owner_email=owner_email, **given)
        except ValidationError as error:
            raise CommandError("\n".join(_lines(error))) from error
        self.stdout.write(f"Booking link: {booking_url(business.slug)}")
        if is_new:
            email = business.memberships.get().user.email
            self.stdout.write(f"Set a password with: manage.py changepassword {email}")


def _lines(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items()]
