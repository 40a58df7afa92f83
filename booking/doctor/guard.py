"""Whether the database itself refuses that a time is sold twice: by its text, and by trying."""

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, connection, transaction

from booking import guard
from booking.doctor.database import MIGRATE
from booking.doctor.findings import Findings, ok, problem
from booking.models import Claim

_START = datetime(1970, 1, 1, tzinfo=UTC)


def look() -> Findings:
    if guard.missing(connection):
        yield problem("The guard against double booking is missing, or an old one.", MIGRATE)
    if refuses_overlaps():
        yield ok("The database refuses to sell a time twice.")
    else:
        yield problem("The database takes two claims of the same time.", MIGRATE)


def refuses_overlaps() -> bool:
    """Try it with two claims of a resource that does not exist; nothing of it stays.

    Whether session and resource exist is asked at the end of a transaction, which never comes.
    """
    claims = [
        Claim(
            session_id=-1,
            resource_id=-1,
            starts_at=_START + timedelta(minutes=late),
            ends_at=_START + timedelta(minutes=late + 60),
            buffer_before_minutes=0,
            buffer_after_minutes=0,
        )
        for late in (0, 30)
    ]
    with transaction.atomic():
        try:
            with transaction.atomic():
                Claim.objects.bulk_create(claims)
        except IntegrityError as error:
            return guard.NAME in str(error)
        finally:
            transaction.set_rollback(True)
    return False
