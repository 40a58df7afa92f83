"""The real application with, by choice, a pause in the window and a protection taken away.

Gunicorn loads `application` from here. What is sabotaged stands in the environment variable
RACE, as words: "pause" widens the window between the check and the write ("long": so far that
requests which arrive one after the other all fall into it); "no-lock" takes the lock away,
"no-order" locks what it needs one by one in
any order; "no-rule" takes the check under the lock away, "no-count" the condition under which
places of a class are taken, "no-take-over" the way from a hold to its booking. The guard lies in
the database, where the test itself removes it.
"""

import importlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from config.wsgi import application  # isort: split

from django.db import connection

from booking import locking
from booking.models import Resource, Session

# Long enough for a slow machine to bring many requests into the window at once.
PAUSE_BEFORE_LOCK, PAUSE_UNDER_LOCK = 0.4, 0.05
module: Any = importlib.import_module("booking.operations.take")
# The package exports a function of the same name.
booking_module: Any = importlib.import_module("booking.operations.book")
planning: Any = importlib.import_module("booking.operations.plan")
offering: Any = importlib.import_module("booking.operations.offer")
_words = os.environ.get("RACE", "").split()
if "long" in _words:
    PAUSE_UNDER_LOCK = 0.4


@contextmanager
def _no_transaction() -> Iterator[None]:
    yield


def _then_pause(function: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        time.sleep(seconds)
        return answer

    return call


@contextmanager
def _lock_in_any_order(resource_ids: Iterable[int], **given: Any) -> Iterator[None]:
    with locking._transaction():
        for pk in resource_ids:
            list(Resource.objects.filter(pk=pk).select_for_update().values_list("pk"))
            time.sleep(PAUSE_UNDER_LOCK)
        yield


def _join_without_counting(session_id: int, *, spots: int) -> Session:
    session = Session.objects.get(pk=session_id)
    time.sleep(PAUSE_UNDER_LOCK)
    session.spots_taken = min(session.spots_taken + spots, session.capacity)
    session.save()
    return session


if "no-lock" in _words:
    if connection.vendor == "sqlite":
        # Its lock is the transaction, which begins with the right to write.
        locking._transaction = _no_transaction
    locking.lock_rows = lambda rows, **given: None
    locking._lock_first_free = lambda provider_ids: provider_ids[0]
if "no-rule" in _words:
    module._check_again = lambda rules, wish, start, choice, ignoring: choice
if "pause" in _words:
    module._choose = _then_pause(module._choose, PAUSE_BEFORE_LOCK)
    module._check_again = _then_pause(module._check_again, PAUSE_UNDER_LOCK)
    offering._check_waits = _then_pause(offering._check_waits, PAUSE_UNDER_LOCK)
    planning._find_ways = _then_pause(planning._find_ways, PAUSE_UNDER_LOCK)

if "no-order" in _words:
    locking.locked_resources = _lock_in_any_order
if "no-count" in _words:
    module._join = _join_without_counting
if "no-take-over" in _words:
    booking_module._take_over = lambda order, hold: None
elif "pause" in _words:
    booking_module.keeps = _then_pause(booking_module.keeps, PAUSE_BEFORE_LOCK)

__all__ = ["application"]
