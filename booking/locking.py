"""The only place that takes locks.

On PostgreSQL the chosen resources' rows are locked in the order of their ids, so that two
bookings never wait for each other. On SQLite the transaction begins with the write lock, and a
mutex before it keeps the waiting fair among the threads of a process: SQLite's own waiting sleeps
and retries, and the unlucky wait for seconds.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from booking.models import Booking, Resource, Service
from booking.models.booking import BookingQuerySet
from config.core.errors import TryAgain

_turn = threading.Lock()
_PATIENCE_SECONDS = 10
# Any number, as long as nobody else in the database takes it.
_INSTALLATION = 0x4F70656E736C6F74
_FIRST_FREE = """
SELECT id FROM booking_resource WHERE id = ANY(%(ids)s::bigint[])
ORDER BY array_position(%(ids)s::bigint[], id) LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""


@contextmanager
def locked_resources(
    resource_ids: Iterable[int], *, limited: Service | None = None
) -> Iterator[None]:
    """One transaction that has the resources' time to itself, and the count of a `limited` service.

    Raises `TryAgain` when the lock cannot be had in time. Nothing slow belongs inside.
    """
    with _transaction():
        if limited:
            lock_rows(Service.objects.filter(pk=limited.pk))
        lock_rows(Resource.objects.filter(pk__in=set(resource_ids)))
        yield


@contextmanager
def locked_one_of(
    ways: Sequence[tuple[int, ...]],
    *,
    limited: Service | None = None,
    also: Collection[int] = (),
) -> Iterator[tuple[int, ...]]:
    """As `locked_resources`, of the first of the ways whose provider nobody is booking just now.

    A way is a provider, and the rooms and equipment needed, by id; `also` is locked with any of
    them. Resources are not waited for, so their order cannot matter. Raises `TryAgain` where one of
    each way is being booked.
    """
    with _transaction():
        if limited:
            lock_rows(Service.objects.filter(pk=limited.pk))
        provider_id = _lock_first_free([way[0] for way in ways])
        way = next(way for way in ways if way[0] == provider_id)
        if others := {*way[1:], *also}:
            lock_rows(Resource.objects.filter(pk__in=others), is_patient=False)
        yield way


@contextmanager
def locked_booking(booking: Booking) -> Iterator[Booking]:
    """One transaction that has the booking to itself, as it is now in the database."""
    with _transaction():
        [row] = lock_bookings(Booking.objects.filter(pk=booking.pk))
        yield row


@contextmanager
def locked_installation() -> Iterator[None]:
    """One transaction at a time, for what is done once in the life of an installation."""
    with _transaction():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_INSTALLATION])
        yield


def lock_name(name: str) -> None:
    """One transaction at a time for this name, until it ends; comes after every other lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def lock_bookings(rows: BookingQuerySet) -> list[Booking]:
    """These bookings as they are once the lock is had, until the transaction ends."""
    # Not in one statement: a row that was given to somebody else while its lock was awaited is
    # compared with the provider as it was before, and would be left out.
    lock_rows(rows)
    return list(rows.select_related("business", "client", "service", "provider").order_by("pk"))


def lock_rows(rows: QuerySet[Any], *, is_patient: bool = True) -> None:
    """Lock the rows until the transaction ends, in the order of their ids.

    Of several kinds, services come first, then resources, bookings, sessions, clients.
    """
    if connection.features.has_select_for_update:
        rows = rows.order_by("pk").select_for_update(no_key=True, nowait=not is_patient)
        list(rows.values_list("pk"))


def _lock_first_free(provider_ids: list[int]) -> int:
    """Lock one that is not locked, the earliest in the list. Raises `TryAgain` for none."""
    if connection.vendor != "postgresql":
        return provider_ids[0]
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_FREE, {"ids": provider_ids})
        row: tuple[int] | None = cursor.fetchone()
    if row is None:
        raise TryAgain
    return row[0]


@contextmanager
def _transaction() -> Iterator[None]:
    try:
        with _in_turn(), transaction.atomic(durable=True):
            yield
    except OperationalError as error:
        if _is_contention(error):
            raise TryAgain from error
        raise


def _is_contention(error: OperationalError) -> bool:
    """Whether others were in the way, rather than something being broken."""
    if connection.vendor == "sqlite":
        return "locked" in str(error)
    # Lock timeout, deadlock, statement timeout: PostgreSQL's appendix A.
    return getattr(error.__cause__, "sqlstate", None) in {"55P03", "40P01", "57014"}


@contextmanager
def _in_turn() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    if not _turn.acquire(timeout=_PATIENCE_SECONDS):
        raise TryAgain
    try:
        yield
    finally:
        _turn.release()
