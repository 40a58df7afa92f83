from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from limits import parse

from config.core import throttle
from config.core.throttle import Throttled

ASKED = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")


@pytest.fixture(autouse=True)
def limits(settings: Any) -> Iterator[None]:
    settings.RATE_LIMITS = {"attempts": parse("2/hour")}
    throttle._limiter.cache_clear()
    yield
    throttle._limiter.cache_clear()


@pytest.mark.worker
def test_a_limit_is_used_up_and_says_when_it_is_over() -> None:
    """In Redis where the run has one, else in the process."""
    for _ in range(2):
        throttle.check(ASKED, "attempts")
        throttle.count(ASKED, "attempts")
    with pytest.raises(Throttled) as refused:
        throttle.check(ASKED, "attempts")
    assert 3590 <= (refused.value.retry_after or 0) <= 3600


def test_a_limit_that_is_not_set_is_none() -> None:
    for _ in range(5):
        throttle.count(ASKED, "bookings")
        throttle.check(ASKED, "bookings")
    assert throttle._limiter.cache_info().currsize == 0


def test_without_its_redis_nobody_is_turned_away(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _ in range(3):
        throttle.check(ASKED, "attempts")
        throttle.count(ASKED, "attempts")
    assert "limits cannot be counted" in caplog.text


def test_one_minute_is_said_as_such() -> None:
    assert Throttled(60).message.endswith("please try again in a minute.")
    assert Throttled(61).message.endswith("please try again in 2 minutes.")
