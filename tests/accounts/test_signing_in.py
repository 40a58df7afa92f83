"""Guessing passwords at the real sign-in page, and what is kept of it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.tasks import forget_sign_ins
from config.core import clock as present

LIMIT = 10
RIGHT, WRONG = "a long password", "a wrong password"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def locking(settings: Any) -> None:
    """Tests run without limits; these are about them."""
    settings.AXES_ENABLED = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client: Client, email: str, password: str = WRONG, **meta: Any) -> Any:
    form = {"username": email, "password": password}
    return client.post("/admin/login/", form, **meta)


def lock(client: Client, email: str, **meta: Any) -> HttpResponse:
    """Be wrong as often as it takes. Returns the last answer."""
    for _ in range(LIMIT - 1):
        assert sign_in(client, email, **meta).status_code == 200
    answer: HttpResponse = sign_in(client, email, **meta)
    return answer


def test_ten_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    client: Client, owner: User, clock: time_machine.Traveller
) -> None:
    answer = lock(client, owner.email)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "You can try again in <strong>15 minutes</strong>." in answer.content.decode()
    clock.shift(timedelta(minutes=14, seconds=30))
    refused = sign_in(client, owner.email, RIGHT)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    assert "_auth_user_id" not in client.session
    clock.shift(timedelta(seconds=31))
    assert sign_in(client, owner.email, RIGHT).status_code == 302


def test_trying_while_locked_does_not_prolong_it(
    client: Client, owner: User, clock: time_machine.Traveller
) -> None:
    lock(client, owner.email)
    for _ in range(20):
        clock.shift(timedelta(seconds=30))
        assert sign_in(client, owner.email).status_code == 429
    clock.shift(timedelta(minutes=5, seconds=1))
    assert sign_in(client, owner.email, RIGHT).status_code == 302


def test_ten_addresses_have_ten_attempts_together(client: Client, owner: User) -> None:
    for number in range(LIMIT - 1):
        assert sign_in(client, owner.email, REMOTE_ADDR=f"192.0.2.{number}").status_code == 200
    assert sign_in(client, owner.email, REMOTE_ADDR="2001:db8::1").status_code == 429
    assert sign_in(client, owner.email, RIGHT, REMOTE_ADDR="198.51.100.7").status_code == 429


def test_attempts_spread_over_time_open_when_the_oldest_are_forgotten(
    client: Client, owner: User, clock: time_machine.Traveller
) -> None:
    for number in range(LIMIT):
        answer = sign_in(client, owner.email, REMOTE_ADDR=f"192.0.2.{number}")
        clock.shift(timedelta(minutes=1))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(6 * 60))


def test_others_sign_in_meanwhile(client: Client, owner: User, staff: User) -> None:
    lock(client, owner.email)
    assert sign_in(client, staff.email, RIGHT).status_code == 302


def test_who_was_right_has_all_attempts_again(client: Client, owner: User) -> None:
    for _ in range(2):
        for _ in range(LIMIT - 1):
            assert sign_in(client, owner.email).status_code == 200
        assert sign_in(client, owner.email, RIGHT).status_code == 302
        client.logout()


@pytest.mark.parametrize(
    "other", ["SIGN.IN@Example.com", "\u017fign.in@example.com", "s\u0131gn.\u0131n@example.com"]
)
def test_another_way_of_writing_brings_no_more_attempts(
    client: Client, owner: User, other: str
) -> None:
    User.objects.filter(pk=owner.pk).update(email="sign.in@example.com")
    for _ in range(LIMIT - 1):
        sign_in(client, other)
    assert sign_in(client, "sign.in@example.com").status_code == 429


def test_an_account_that_does_not_exist_is_locked_in_the_same_words(
    client: Client, owner: User
) -> None:
    shown = {
        lock(client, email).content.replace(email.encode(), b"")
        for email in (owner.email, "nobody@example.com")
    }
    assert len(shown) == 1


def test_an_attempt_keeps_neither_password_nor_form(client: Client, owner: User) -> None:
    for _ in range(2):
        sign_in(client, owner.email, "my secret", QUERY_STRING="next=/admin/")
    [kept] = AccessAttempt.objects.values()
    assert "my secret" not in str(kept)
    assert (kept["username"], kept["failures_since_start"]) == (owner.email, 2)


@pytest.mark.parametrize("email", ["", "\u0149" * 254, "x" * 300, "a\x00b", "a b"])
def test_a_strange_name_is_refused_like_any_other(client: Client, owner: User, email: str) -> None:
    for _ in range(2):
        assert sign_in(client, email, REMOTE_ADDR="").status_code == 200


def test_what_locks_nobody_is_forgotten_within_the_hour(
    client: Client, owner: User, clock: time_machine.Traveller
) -> None:
    sign_in(client, owner.email)
    sign_in(client, owner.email, RIGHT, REMOTE_ADDR="192.0.2.1")
    sign_in(client, "nobody@example.com")
    live, over = SessionStore(), SessionStore()
    live.save()
    over.set_expiry(present.now() + timedelta(minutes=10))
    over.save()
    clock.shift(timedelta(minutes=16))
    forget_sign_ins()
    assert not AccessAttempt.objects.exists()
    keys = set(Session.objects.values_list("session_key", flat=True))
    assert (live.session_key in keys, over.session_key in keys) == (True, False)


def test_without_limits_nobody_is_locked_out(client: Client, owner: User, settings: Any) -> None:
    settings.AXES_ENABLED = False
    for _ in range(LIMIT + 2):
        assert sign_in(client, owner.email).status_code == 200
    assert sign_in(client, owner.email, RIGHT).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_attempts_are_not_in_the_admin(client: Client) -> None:
    client.force_login(User.objects.create_superuser("op@example.com", RIGHT))
    assert client.get("/admin/axes/accessattempt/").status_code == 404
    assert "axes" not in client.get("/admin/").content.decode().lower()
