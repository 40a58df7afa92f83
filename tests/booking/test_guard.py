import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.test import Client

from booking import guard
from booking.doctor.guard import refuses_overlaps
from booking.models import Claim

_POSTGRESQL = "ALTER TABLE booking_claim ADD CONSTRAINT booking_claim_no_overlap EXCLUDE USING gist"
# Guards of the right name that let some overlaps pass, or all of them for a while.
WEAKER = {
    "sqlite": [
        "CREATE TRIGGER booking_claim_no_overlap_insert BEFORE insert ON booking_claim"
        " WHEN EXISTS (SELECT 1 FROM booking_claim AS other WHERE other.starts_at = NEW.starts_at)"
        " BEGIN SELECT RAISE(ABORT, 'booking_claim_no_overlap'); END",
    ],
    "postgresql": [
        f"{_POSTGRESQL} (resource_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH =)",
        f"{_POSTGRESQL} (resource_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)"
        " DEFERRABLE INITIALLY DEFERRED",
        f"{_POSTGRESQL} (resource_id WITH =, tstzrange(starts_at, ends_at, '()') WITH =)",
        f"{_POSTGRESQL} (resource_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)"
        " WHERE (expires_at IS NOT NULL)",
    ],
}


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


@pytest.mark.parametrize("weaker", WEAKER[connection.vendor])
@pytest.mark.django_db(transaction=True)
def test_a_guard_of_the_right_name_that_refuses_less_is_missing_and_replaced(weaker: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER booking_claim_no_overlap_insert")
        else:
            guard.remove(connection)
        cursor.execute(weaker)
    assert (guard.missing(connection), refuses_overlaps()) == (True, False)
    call_command("migrate", verbosity=0)
    assert (guard.missing(connection), refuses_overlaps()) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_trying_the_guard_leaves_nothing_behind() -> None:
    assert refuses_overlaps()
    guard.remove(connection)
    try:
        assert not refuses_overlaps()
    finally:
        guard.install(connection)
    assert not Claim.objects.exists()
