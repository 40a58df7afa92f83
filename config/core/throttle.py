"""How often one client may do something, as RATE_LIMITS says.

Counted in Redis where there is one, for all processes together; else in each process.
"""

import logging
import re
import time
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from config.core.addresses import client_network
from config.core.errors import DomainError

logger = logging.getLogger(__name__)


class Throttled(DomainError):
    """Too often; `retry_after` says in how many seconds it is possible again."""

    code = "throttled"

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(
            "That was too often in a short time from your connection. Nothing was changed;"
            f" please try again in {wait}."
        )
        self.retry_after = retry_after


def check(request: HttpRequest, *names: str) -> None:
    """Raise `Throttled` when one of these limits is used up for the client. Counts nothing.

    Requests that come at the same moment may each still find room: a limit can be exceeded by as
    many as the server answers at once.
    """
    client = client_network(request)
    for name in names:
        if limit := settings.RATE_LIMITS.get(name):
            try:
                if not _limiter().test(limit, name, client):
                    until = _limiter().get_window_stats(limit, name, client).reset_time
                    raise Throttled(max(1, round(until - time.time())))
            except StorageError as error:
                _go_on_without(error)


def count(request: HttpRequest, name: str) -> None:
    if limit := settings.RATE_LIMITS.get(name):
        try:
            _limiter().hit(limit, name, client_network(request))
        except StorageError as error:
            _go_on_without(error)


def _go_on_without(error: Exception) -> None:
    # Bookings are worth more than their limits.
    logger.warning("limits cannot be counted: %s", error)


@cache
def _limiter() -> MovingWindowRateLimiter:
    if not settings.REDIS_URL:
        return MovingWindowRateLimiter(storage_from_string("memory://"))
    waits = {"socket_connect_timeout": 1, "socket_timeout": 1}
    # The library has a name of its own for a Redis behind a socket.
    address = re.sub(r"^unix://", "redis+unix://", settings.REDIS_URL)
    storage = storage_from_string(address, wrap_exceptions=True, **waits)
    return MovingWindowRateLimiter(storage)
