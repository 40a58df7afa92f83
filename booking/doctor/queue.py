"""Whether Redis, or whatever else carries the tasks, answers and keeps them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError
from redis import Redis, RedisError

from booking.doctor.findings import Findings, ok, problem, warning

SECONDS = 2
_REDIS = ("redis://", "rediss://", "unix://")


def look() -> Findings:
    """Every server that is set; without one tasks travel as files, which needs nothing."""
    addresses = dict.fromkeys((settings.REDIS_URL, settings.CELERY_BROKER_URL))
    servers = [url for url in addresses if url and not url.startswith("filesystem://")]
    if not servers:
        yield ok("Tasks travel as files in the data folder.")
    for url in servers:
        yield from _redis(url) if url.startswith(_REDIS) else _broker(url)


def _redis(url: str) -> Findings:
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as server:
            facts: Mapping[str, Any] = server.info()
    except (RedisError, OSError, ValueError) as error:
        yield problem(
            f"Redis at {_place(url)} cannot be reached: {error}", "Start it, or correct REDIS_URL."
        )
        return
    yield ok(f"Redis {facts['redis_version']} at {_place(url)} answers.")
    policy = facts.get("maxmemory_policy", "noeviction")
    if policy != "noeviction" and (facts.get("maxmemory") or facts.get("evicted_keys")):
        yield problem(
            f"Redis drops what it has no room for ({policy}), tasks too.",
            "redis-cli config set maxmemory-policy noeviction  (and in redis.conf)",
        )
    elif facts.get("maxmemory") and facts["used_memory"] > 0.9 * facts["maxmemory"]:
        yield warning("Redis is nearly full.", "Raise maxmemory in redis.conf.")


def _broker(url: str) -> Findings:
    try:
        with Connection(url, connect_timeout=SECONDS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)
    except (OperationalError, OSError, ImportError, KeyError, ValueError) as error:
        yield problem(
            f"The broker at {_place(url)} cannot be reached: {error}", "Correct CELERY_BROKER_URL."
        )
    else:
        yield ok(f"The broker at {_place(url)} answers.")


def _place(url: str) -> str:
    """Where, without the password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return host or (parts.path if parts.scheme == "unix" else "this machine")
