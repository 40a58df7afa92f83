"""The client behind a booking: found by e-mail or phone, or made."""

from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from accounts.models import Business
from booking import locking
from booking.models import Booking, Client
from booking.operations.errors import PolicyViolation
from config.core.errors import TryAgain
from config.core.prepared import Prepared, id_param, insert_unless_there, moment_param, text_param

MAX_UNANSWERED = 3

_clients = Client.objects.filter(business=id_param("business")).order_by().values_list("pk")
# As the index is written: `iexact` would compare in upper case on PostgreSQL, and without the
# condition that says nothing new, all clients would be read.
_by_email = _clients.filter(~Q(email=""), Exact(Lower("email"), Lower(text_param("email"))))
_by_phone = _clients.filter(email="", phone=text_param("phone"))
_BY_EMAIL, _BY_PHONE = Prepared(_by_email), Prepared(_by_phone)
_missed = Booking.objects.missed_since(moment_param("since")).order_by().values_list("pk")
_MISSED_BY_EMAIL = Prepared(_missed.filter(client__in=_by_email))
_MISSED_BY_PHONE = Prepared(_missed.filter(client__in=_by_phone))


def find_or_make_client(business: Business, *, name: str, email: str, phone: str) -> int:
    """The id of the client known by this e-mail, or by this phone when there is no e-mail; else of
    a new one.

    Nothing of a client who is known is changed: typing an address proves nothing.
    """
    known = _find(business, email, phone)
    if known is not None:
        return known
    new = Client(business=business, name=name, email=email, phone=phone)
    if insert_unless_there(new):
        return new.pk
    # Whoever made the same client at this moment has won, and theirs is taken.
    known = _find(business, email, phone)
    if known is None:
        raise TryAgain
    return known


def count_no_shows(business: Business, *, email: str, phone: str, since: datetime) -> int:
    """How often the client known by these, as `find_or_make_client` knows one, did not come."""
    values = {"business": business.pk, "email": email, "phone": phone, "since": since}
    return len((_MISSED_BY_EMAIL if email else _MISSED_BY_PHONE).rows(values))


def check_unanswered(client_id: int, now: datetime) -> None:
    """Nobody's mailbox, and no calendar, is to be filled with requests under one address.

    Raises `PolicyViolation`.
    """
    locking.lock_rows(Client.objects.filter(pk=client_id))
    if Booking.objects.filter(client=client_id).unanswered(now).count() >= MAX_UNANSWERED:
        raise PolicyViolation(
            "Several requests under this address still wait for an answer."
            " Please wait for it, or get in touch."
        )


def _find(business: Business, email: str, phone: str) -> int | None:
    values = {"business": business.pk, "email": email, "phone": phone}
    rows = (_BY_EMAIL if email else _BY_PHONE).rows(values)
    return rows[0][0] if rows else None
