"""Bookings of the past, so many at once as no benchmark could make one by one.

`python -m benchmarks.history 1000000` in a site's environment, after `benchmarks.salons`. They are
written by the database itself, from half hour to half hour around the clock, in turn for all
providers, up to a month ago. On PostgreSQL indexes, foreign keys and the guard are taken away for
that time and put back; nothing of the past breaks them. Prints how many seconds it took, as JSON.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import django
from django.db import connection

TABLES = ("booking_client", "booking_session", "booking_claim", "booking_booking")
BOOKINGS_PER_CLIENT = 20
HALF_HOUR = 30 * 60
# Ids of the past begin here, above those of what there is already.
BASE = 1_000_000

NUMBERS_ON_POSTGRESQL = "generate_series(0, {last}) AS numbers (n)"
NUMBERS_ON_SQLITE = """(
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
    SELECT n FROM numbers
)"""
# `n` counts bookings or clients from 0; `who` are the providers, counted from 0.
FILL = (
    """
    INSERT INTO booking_client (id, public_id, business_id, name, email, phone, notes, created_at)
    SELECT {base} + n, {uuid}, business_id, 'Client ' || n, 'past' || n || '@example.com', '', '',
           {begin}
    FROM {numbers_of_clients} JOIN who ON who.number = n % {people}
    """,
    """
    INSERT INTO booking_session (id, public_id, business_id, service_id, provider_id, starts_at,
                                 ends_at, capacity, spots_taken, is_planned)
    SELECT {base} + n, {uuid}, business_id, service_id, provider_id, {starts_at}, {ends_at}, 1, 1,
           false
    FROM {numbers} JOIN who ON who.number = n % {people}
    """,
    """
    INSERT INTO booking_claim (id, session_id, resource_id, starts_at, ends_at,
                               buffer_before_minutes, buffer_after_minutes)
    SELECT {base} + n, {base} + n, provider_id, {starts_at}, {ends_at}, 0, 0
    FROM {numbers} JOIN who ON who.number = n % {people}
    """,
    """
    INSERT INTO booking_booking (
        id, uuid, reference, business_id, client_id, service_id, provider_id, session_id, status,
        starts_at, ends_at, spots, timezone, client_name, client_email, client_phone, notes,
        answers, location, price_amount, currency, source, created_at, updated_at, confirmed_at,
        rejection_reason, cancellation_reason, sequence, link_version, idempotency_key,
        request_digest)
    SELECT {base} + n, {uuid}, 'PAST-' || n, business_id, {base} + {client}, service_id,
           provider_id, {base} + n, 'completed', {starts_at}, {ends_at}, 1, 'Europe/Berlin',
           'Client ' || {client}, 'past' || {client} || '@example.com', '', '', '[]',
           'Bergmannstr. 12, 10961 Berlin', 4200, 'EUR', 'web', {begin}, {begin}, {begin}, '', '',
           0, 1, 'past-' || n, ''
    FROM {numbers} JOIN who ON who.number = n % {people}
    """,
)
# A provider offers one service here.
WHO = """
CREATE TEMPORARY TABLE who AS
SELECT row_number() OVER (ORDER BY resource.id) - 1 AS number, resource.id AS provider_id,
       resource.business_id, offered.service_id
FROM booking_resource AS resource
JOIN booking_service_providers AS offered ON offered.resource_id = resource.id
"""
# What is made anew afterwards: all but primary keys and checks; the guard has its own way.
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype DESC
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
    words = {
        "base": BASE,
        "people": people,
        "uuid": _uuid(),
        "begin": _moment(str(first)),
        "starts_at": _moment(f"{first} + n / {people} * {HALF_HOUR}"),
        "ends_at": _moment(f"{first} + (n / {people} + 1) * {HALF_HOUR}"),
        "client": f"(n / {people} / {BOOKINGS_PER_CLIENT} * {people} + n % {people})",
        "numbers": _numbers(count),
        "numbers_of_clients": _numbers(-(-turns // BOOKINGS_PER_CLIENT) * people),
    }
    with connection.cursor() as cursor:
        cursor.execute(WHO)
        for statement in FILL:
            cursor.execute(statement.format(**words))
    if connection.vendor == "postgresql":
        _set_sequences(count)


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
        for table in TABLES:
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
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(CONSTRAINTS, [list(TABLES)])
        constraints = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
        cursor.execute(INDEXES, [list(TABLES)])
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
