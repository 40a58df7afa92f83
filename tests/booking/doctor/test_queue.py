from typing import Any

import pytest
from redis import Redis

from booking.doctor import queue
from tests.servers import find, free_port, start_redis

needs_redis = pytest.mark.skipif(find("redis-server") is None, reason="redis-server not found")


@pytest.fixture
def redis_url(settings: Any) -> str:
    url = start_redis()
    settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    return url


def levels() -> list[str]:
    return [finding.level for finding in queue.look()]


def test_tasks_as_files_need_nothing(settings: Any) -> None:
    settings.REDIS_URL, settings.CELERY_BROKER_URL = "", "filesystem://localhost/"
    assert levels() == ["ok"]


@needs_redis
def test_one_redis_for_cache_and_queue_is_asked_once(redis_url: str) -> None:
    assert levels() == ["ok"]


@needs_redis
def test_a_redis_that_forgets_tasks_is_a_problem(redis_url: str) -> None:
    with Redis.from_url(redis_url) as server:
        server.config_set("maxmemory", "100mb")
        assert levels() == ["ok"]
        server.config_set("maxmemory-policy", "allkeys-lru")
    assert levels() == ["ok", "problem"]


@pytest.mark.parametrize("scheme", ["redis://:hidden@", "amqp://guest:hidden@"])
def test_a_server_that_is_away_is_told_without_its_password(settings: Any, scheme: str) -> None:
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_URL = f"{scheme}127.0.0.1:{free_port()}/"
    [finding] = queue.look()
    assert (finding.level, "hidden" in finding.text) == ("problem", False)


def test_an_address_without_a_host_hides_its_password_too() -> None:
    assert queue._place("redis://:hidden@/0") == "this machine"
