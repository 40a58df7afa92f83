"""A wrong value stops the start with a sentence that names it."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RATE_LIMITS", "bookings=lots", "RATE_LIMITS must be like"),
        ("RATE_LIMITS", "logins=5/hour", "RATE_LIMITS must be like"),
        ("RATE_LIMITS", "bookings=10/hour;2/minute", "RATE_LIMITS must be like"),
        ("REDIS_URL", "sentinel://host", "REDIS_URL must begin with"),
        ("TRUSTED_PROXIES", "proxy.example.com", "TRUSTED_PROXIES: 'proxy.example.com'"),
        ("BASE_URL", "booking.example.com", "BASE_URL must be an http:// or https:// address"),
        ("SECRET_KEY", "short", "SECRET_KEY is missing or shorter than 50 characters"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must be sqlite"),
        ("DATABASE_URL", "postgres://u:p@host:abc/x", "DATABASE_URL cannot be read"),
        ("EMAIL_URL", "foo", "EMAIL_URL must be like smtp+tls"),
        ("EMAIL_URL", "smtp://", "EMAIL_URL must be like smtp+tls"),
        ("EMAIL_URL", "smtp://host:abc", "EMAIL_URL must be like smtp+tls"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL must be sqlite"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, said: str) -> None:
    answer = start(**{name: value})
    assert answer.returncode == 1
    assert f"ImproperlyConfigured: {said}" in answer.stderr


def test_limits_are_read_over_the_defaults() -> None:
    answer = start(RATE_LIMITS="bookings=3/minute")
    assert answer.stdout.split("\n")[0] == (
        "{'bookings': 3 per 1 minute, 'attempts': 60 per 1 hour, 'holds': 120 per 1 hour,"
        " 'links': 10 per 1 hour}"
    )


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    program = "from config import settings; print(settings.RATE_LIMITS)"
    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_says_it_in_one_line() -> None:
    answer = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        env=os.environ | {"EMAIL_URL": "foo"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, len(answer.stderr.splitlines())) == (1, 1)
    assert answer.stderr.startswith("EMAIL_URL must be like")
