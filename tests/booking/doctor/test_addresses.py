from typing import Any

import pytest

from booking.doctor import addresses, mail


@pytest.mark.parametrize(
    ("base_url", "backend", "found"),
    [
        ("https://book.example.com", mail.SMTP, ["ok"]),
        ("http://book.example.com", mail.SMTP, ["problem"]),
        ("http://8.8.8.8", mail.SMTP, ["problem"]),
        ("http://192.168.1.20:8000", mail.SMTP, ["ok"]),
        ("http://salon.lan", mail.SMTP, ["ok"]),
        ("http://localhost:8000", mail.FILES, ["warning"]),
        ("http://localhost:8000", mail.SMTP, ["problem"]),
        ("http://[::1]:8000", mail.SMTP, ["problem"]),
    ],
)
def test_an_address_is_one_that_clients_can_reach_safely(
    settings: Any, base_url: str, backend: str, found: list[str]
) -> None:
    settings.BASE_URL, settings.EMAIL_BACKEND = base_url, backend
    settings.ALLOWED_HOSTS = ["book.example.com", "8.8.8.8", "192.168.1.20", "salon.lan"]
    settings.ALLOWED_HOSTS += ["localhost", "[::1]", "::1"]
    assert [finding.level for finding in addresses.look()] == found


def test_a_name_that_requests_may_not_ask_for_is_a_problem(settings: Any) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://book.example.com", ["other.example"]
    [finding] = addresses.look()
    assert (finding.level, finding.fix) == (
        "problem",
        "Add it: ALLOWED_HOSTS=book.example.com,other.example",
    )


def test_any_name_is_a_warning(settings: Any) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://book.example.com", ["*"]
    assert [finding.level for finding in addresses.look()] == ["warning"]
