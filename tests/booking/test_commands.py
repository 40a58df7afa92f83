from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Business, Role
from booking import demo
from booking.models import Booking

pytestmark = pytest.mark.django_db


def test_create_business_prints_its_link(capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "create_business",
        name="Größe & Söhne",
        owner_email="eva@example.com",
        timezone="Europe/Vienna",
    )
    assert "Booking link: http://testserver/book/grosse-sohne/" in capsys.readouterr().out
    business = Business.objects.get()
    membership = business.memberships.get()
    assert (membership.role, membership.user.email) == (Role.OWNER, "eva@example.com")
    assert not membership.user.has_usable_password()
    assert business.settings.default_schedule.weekly_hours.count() == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"slug": "admin"}, "slug: “admin” is one of our own addresses."),
        ({"timezone": "Mars"}, "timezone: This is not a time zone we know"),
        ({"currency": "XXXX"}, "currency: "),
        ({"owner_email": "eva"}, "email: Enter a valid email address."),
        ({"name": "http://evil.example"}, "name: A name cannot contain a web address."),
    ],
)
def test_create_business_names_what_is_wrong_and_makes_nothing(
    wrong: dict[str, str], said: str
) -> None:
    given = {"name": "Salon", "owner_email": "eva@example.com"} | wrong
    with pytest.raises(CommandError) as refused:
        call_command("create_business", **given)
    assert said in str(refused.value)
    assert not Business.objects.exists()


def test_booking_link(business: Business, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("booking_link", "salon-mara")
    assert capsys.readouterr().out == "http://testserver/book/salon-mara/\n"
    with pytest.raises(CommandError, match="no business with the slug"):
        call_command("booking_link", "nobody")


def test_the_demo_is_made_once(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    call_command("seed_demo")
    made = Booking.objects.count()
    first = capsys.readouterr().out
    call_command("seed_demo")
    second = capsys.readouterr().out
    assert made > 10
    assert Booking.objects.count() == made
    assert set(Booking.objects.values_list("status", flat=True)) == {
        "confirmed",
        "pending",
        "cancelled",
    }
    assert first.splitlines()[1:] == second.splitlines()[1:]
    assert (tmp_path / "demo-password").stat().st_mode & 0o777 == 0o600
    assert demo.password() in first
