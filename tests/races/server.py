"""The real application with, by choice, a pause in the window and a protection taken away.

Gunicorn loads `application` from here. What is sabotaged stands in the environment variable
RACE, as words: "pause" widens the window between the check and the write; "no-lock" takes the
lock and its transaction away; "no-rule" takes the check under the lock away. The guard lies in the
database, where the test itself removes it.
"""

import importlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config.wsgi import application  # isort: split

from booking import locking

PAUSE_SECONDS = 0.05
# The package exports the function of the same name.
module: Any = importlib.import_module("booking.operations.book")
_words = os.environ.get("RACE", "").split()


@contextmanager
def _no_transaction() -> Iterator[None]:
    yield


def _then_pause(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        time.sleep(PAUSE_SECONDS)
        return answer

    return call


if "no-lock" in _words:
    locking._transaction = _no_transaction
if "no-rule" in _words:
    module._check_again = lambda *args: None
if "pause" in _words:
    module._candidates = _then_pause(module._candidates)
    module._check_again = _then_pause(module._check_again)

__all__ = ["application"]
