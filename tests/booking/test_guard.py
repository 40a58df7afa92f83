import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.test import Client

from booking import guard
from booking.models import Claim


@pytest.mark.django_db(transaction=True)
def test_the_guard_survives_a_migration_that_remakes_its_table() -> None:
    field = models.CharField(max_length=5, default="")
    field.set_attributes_from_name("extra")
    with connection.schema_editor() as editor:
        editor.add_field(Claim, field)
    with connection.schema_editor() as editor:
        editor.remove_field(Claim, field)
    if connection.vendor == "sqlite":
        assert guard.missing(connection), "remaking the table should have dropped the triggers"
    call_command("migrate", verbosity=0)
    assert not guard.missing(connection)


@pytest.mark.django_db(transaction=True)
def test_readiness_and_the_check_know_when_the_guard_is_missing(client: Client) -> None:
    assert client.get("/health/ready").json() == {"status": "ok", "problems": []}
    guard.remove(connection)
    try:
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert "guard against double booking" in answer.json()["problems"][0]
        assert client.get("/health").status_code == 503
        assert client.get("/health/live").status_code == 200
        with pytest.raises(SystemCheckError, match=r"booking\.E002"):
            call_command("check", databases=["default"])
    finally:
        guard.install(connection)
    assert client.get("/health").json() == {
        "status": "ok",
        "service": "openslot",
        "version": "0.1.0",
    }
    call_command("check", databases=["default"])
