"""Of two who set up an installation at the same moment, one becomes its owner."""

import importlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time as clock_time
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from booking.operations import AlreadySetUp, FirstBusiness, set_up

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def first(number: int) -> FirstBusiness:
    return FirstBusiness(
        owner_name="Nora",
        email=f"nora{number}@example.com",
        password="correct horse battery",
        name=f"Studio {number}",
        timezone="UTC",
        currency="EUR",
        locale="en-GB",
        days=[0],
        opens=clock_time(9),
        closes=clock_time(17),
        service_name="Consultation",
        duration_minutes=30,
        price_amount=0,
    )


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has seen that nobody can sign in yet waits before making somebody."""
    module: Any = importlib.import_module("booking.operations.set_up")
    create_business = module.create_business

    def slowly(**given: Any) -> Any:
        time.sleep(0.4)
        return create_business(**given)

    monkeypatch.setattr(module, "create_business", slowly)


def owners_of_two_at_once() -> int:
    barrier = threading.Barrier(2)

    def run(number: int) -> None:
        barrier.wait()
        try:
            set_up(first(number))
        except AlreadySetUp:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return User.objects.filter(is_superuser=True).count()


def test_one_of_two_becomes_the_owner(transactional_db: None, pause: None) -> None:
    assert owners_of_two_at_once() == 1


def test_without_the_lock_this_test_finds_two_owners(
    transactional_db: None, pause: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def no_lock() -> Iterator[None]:
        yield

    module: Any = importlib.import_module("booking.operations.set_up")
    monkeypatch.setattr(module, "locked_installation", no_lock)
    assert owners_of_two_at_once() == 2
