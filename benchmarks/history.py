"""Bookings of the past, so many at once as no benchmark could make one by one.

`python -m benchmarks.history 1000000` in a site's environment, after `benchmarks.salons`. They are
written by the database itself, from half hour to half hour around the clock, in turn for all
providers, up to a month ago. On PostgreSQL indexes and the guard are taken away for that time and
put back; nothing of the past breaks them. Prints how many seconds it took, as JSON.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import django
from django.db import connection

from benchmarks.fill import free_starts

BOOKINGS_PER_CLIENT = 20
HALF_HOUR = 30 * 60
# Ids of the past begin here, above those of what there is already.
BASE = 1_000_000

NUMBERS_ON_POSTGRESQL = "generate_series(0, {last}) AS numbers (n)"
NUMBERS_ON_SQLITE = """(
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
    SELECT n FROM numbers
)"""
# What differs from the booking that the others are copies of, by table and column; `n` counts
# clients or bookings from 0.
DIFFERENT = {
    "booking_client": {
        "id": "{base} + n",
        "public_id": "{uuid}",
        "business_id": "who.business_id",
        "email": "'past' || n || '@example.com'",
    },
    "booking_session": {
        "id": "{base} + n",
        "public_id": "{uuid}",
        "business_id": "who.business_id",
        "service_id": "who.service_id",
        "provider_id": "who.provider_id",
        "starts_at": "{starts_at}",
        "ends_at": "{ends_at}",
    },
    "booking_claim": {
        "id": "{base} + n",
        "session_id": "{base} + n",
        "resource_id": "who.provider_id",
        "starts_at": "{starts_at}",
        "ends_at": "{ends_at}",
    },
    "booking_booking": {
        "id": "{base} + n",
        "uuid": "{uuid}",
        "reference": "'PAST-' || n",
        "business_id": "who.business_id",
        "client_id": "{base} + {client}",
        "client_email": "'past' || {client} || '@example.com'",
        "service_id": "who.service_id",
        "provider_id": "who.provider_id",
        "session_id": "{base} + n",
        "status": "'completed'",
        "starts_at": "{starts_at}",
        "ends_at": "{ends_at}",
        "idempotency_key": "'past-' || n",
    },
}
COPY = """
INSERT INTO {table} ({columns}) SELECT {values}
FROM {numbers} JOIN who ON who.number = n % {people} JOIN {table} AS copied ON copied.id = {copied}
"""
# A provider offers one service here.
WHO = """
CREATE TEMPORARY TABLE who AS
SELECT row_number() OVER (ORDER BY resource.id) - 1 AS number, resource.id AS provider_id,
       resource.business_id, offered.service_id
FROM booking_resource AS resource
JOIN booking_service_providers AS offered ON offered.resource_id = resource.id
"""
# What is made anew afterwards: all but primary keys; the guard has its own way.
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype = 'u'
"""


def main() -> None:
    django.setup()
    began = time.monotonic()
    if count := int(sys.argv[1]):
        with _guard_and_indexes_away():
            fill(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    print(json.dumps(round(time.monotonic() - began)))


def fill(count: int) -> None:
    from booking.models import Resource
    from config.core import clock

    people = Resource.objects.count()
    turns = -(-count // people)
    last = (clock.now() - timedelta(days=30)).replace(minute=0, second=0)
    first = int(last.timestamp()) - turns * HALF_HOUR
    words: dict[str, Any] = {
        "base": BASE,
        "people": people,
        "uuid": _uuid(),
        "starts_at": _moment(f"{first} + n / {people} * {HALF_HOUR}"),
        "ends_at": _moment(f"{first} + (n / {people} + 1) * {HALF_HOUR}"),
        "client": f"(n / {people} / {BOOKINGS_PER_CLIENT} * {people} + n % {people})",
    }
    clients = -(-turns // BOOKINGS_PER_CLIENT) * people
    with connection.cursor() as cursor:
        cursor.execute(WHO)
        for table, copied in copied_rows().items():
            many = clients if table == "booking_client" else count
            columns = connection.introspection.get_table_description(cursor, table)
            words |= {"table": table, "copied": copied, "numbers": _numbers(many)}
            cursor.execute(_copy([column.name for column in columns], words))
    if not _is_sqlite():
        _set_sequences(count)


def copied_rows() -> dict[str, int]:
    """The ids of a booking, made as any other, and of what belongs to it, by table."""
    from booking.models import ActorKind, Claim, Service, Source
    from booking.operations import Actor, Details, book
    from booking.wish import Wish

    service = Service.objects.get(business__slug="fifty")
    booking = book(
        wish=Wish(service=service),
        start=free_starts(service)[-1],
        details=Details(name="Vera Visitor", email="copied@example.com"),
        actor=Actor(kind=ActorKind.CLIENT, source=Source.WEB),
    )
    assert booking.session_id is not None
    return {
        "booking_client": booking.client_id,
        "booking_session": booking.session_id,
        "booking_claim": Claim.objects.get(session=booking.session_id).pk,
        "booking_booking": booking.pk,
    }


def _copy(columns: list[str], words: dict[str, Any]) -> str:
    different = DIFFERENT[words["table"]]
    values = ", ".join(different.get(name, f"copied.{name}") for name in columns)
    return COPY.format(columns=", ".join(columns), values=values.format(**words), **words)


def _uuid() -> str:
    return "lower(hex(randomblob(16)))" if _is_sqlite() else "gen_random_uuid()"


def _moment(seconds: str) -> str:
    """From seconds since the epoch to what Django stores."""
    return f"datetime({seconds}, 'unixepoch')" if _is_sqlite() else f"to_timestamp({seconds})"


def _numbers(count: int) -> str:
    """A table of one column `n`, from 0 on."""
    numbers = NUMBERS_ON_SQLITE if _is_sqlite() else NUMBERS_ON_POSTGRESQL
    return numbers.format(last=count - 1)


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _set_sequences(count: int) -> None:
    with connection.cursor() as cursor:
        for table in DIFFERENT:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, BASE + count]
            )


@contextmanager
def _guard_and_indexes_away() -> Iterator[None]:
    """On PostgreSQL one index after the other is a tenth of the work of all of them row by row."""
    if _is_sqlite():
        yield
        return
    from booking import guard

    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        # Foreign keys are not looked up, ten for each booking; every one of them leads somewhere.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(CONSTRAINTS, [list(DIFFERENT)])
        constraints = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(INDEXES, [list(DIFFERENT)])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    guard.install(connection)


if __name__ == "__main__":
    main()
