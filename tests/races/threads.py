"""Two calls that meet, in threads of the test's own process."""

import threading
import time
from collections.abc import Callable

from django.db import IntegrityError, connection

from config.core.errors import DomainError

# How long whoever may change a booking waits before writing it: see the fixture `pause`.
PAUSE = 0.6


def both(first: Callable[[], object], second: Callable[[], object]) -> list[Exception]:
    """`first`, and while it is under way, `second`; returns how one of them was refused."""
    refused: list[Exception] = []

    def run(call: Callable[[], object], wait: float) -> None:
        time.sleep(wait)
        try:
            call()
        except (DomainError, IntegrityError) as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=[first, 0]),
        threading.Thread(target=run, args=[second, PAUSE / 2]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused
