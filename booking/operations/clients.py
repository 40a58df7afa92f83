"""The client behind a booking: found by e-mail or phone, or made."""

from datetime import datetime

from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from accounts.models import Business
from booking import locking
from booking.models import Client
from booking.operations.errors import PolicyViolation

MAX_UNANSWERED = 3


def find_or_make_client(business: Business, *, name: str, email: str, phone: str) -> Client:
    """The client known by this e-mail, or by this phone when there is no e-mail; else a new one.

    Nothing of a client who is known is changed: typing an address proves nothing.
    """
    clients = Client.objects.for_business(business)
    if email:
        # As the index is written: `iexact` would compare in upper case on PostgreSQL.
        clients = clients.filter(Exact(Lower("email"), email.lower()))
    else:
        clients = clients.filter(email="", phone=phone)
    if known := clients.first():
        return known
    new = Client(business=business, name=name, email=email, phone=phone)
    # Whoever makes the same client at this moment wins, and theirs is taken.
    Client.objects.bulk_create([new], ignore_conflicts=True)
    return clients.get()


def check_unanswered(client: Client, now: datetime) -> None:
    """Nobody's mailbox, and no calendar, is to be filled with requests under one address.

    Raises `PolicyViolation`.
    """
    locking.lock_rows(Client.objects.filter(pk=client.pk))
    if client.bookings.unanswered(now).count() >= MAX_UNANSWERED:
        raise PolicyViolation(
            "Several requests under this address still wait for an answer."
            " Please wait for it, or get in touch."
        )
