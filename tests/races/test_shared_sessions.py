"""Two who change who is in a session at the same moment: its time lasts as long as what is left."""

import importlib
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from booking.lifecycle import Status
from booking.models import ActorKind, Booking, Claim, Hold, Service, Source
from booking.operations import (
    Actor,
    Details,
    approve_booking,
    book,
    cancel_booking,
    expire_booking,
    place_hold,
    release,
    release_hold,
)
from booking.wish import Wish
from config.core import clock
from tests.conftest import CLIENT
from tests.factories import BusinessFactory, ServiceFactory
from tests.races.bookings import free_starts

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
STAFF = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN)
PAUSE = 0.5


class Group:
    """A service that five can come to, and its first free start."""

    def __init__(self, *, requires_approval: bool = False) -> None:
        business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
        self.service: Service = ServiceFactory.create(
            business=business, slug="class", capacity=5, requires_approval=requires_approval
        )
        self.start: datetime = free_starts(self.service)[0]

    def book(self, name: str, hold: Hold | None = None) -> Booking:
        details = Details(name=name, email=f"{name}@example.com")
        wish = Wish(service=self.service)
        return book(wish=wish, start=self.start, details=details, actor=CLIENT, hold=hold)

    def hold(self) -> Hold:
        return place_hold(wish=Wish(service=self.service), start=self.start, holder="somebody")


def while_first_pauses(
    monkeypatch: pytest.MonkeyPatch,
    after: str,
    first: Callable[[], object],
    second: Callable[[], object],
) -> list[object]:
    """Has `first` pause within its transaction after the function `after`, and `second` come then.

    Returns what they raised.
    """
    module_name, name = after.rsplit(".", 1)
    module = importlib.import_module(module_name)
    real, is_there = getattr(module, name), threading.Event()
    raised: list[object] = []

    def pausing(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        if threading.current_thread() is threads[0]:
            is_there.set()
            time.sleep(PAUSE)
        return answer

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test has to say it
            raised.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(module, name, pausing)
    threads = [threading.Thread(target=run, args=[call]) for call in (first, second)]
    threads[0].start()
    assert is_there.wait(10)
    threads[1].start()
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture(params=["locked", "not locked"])
def is_kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the time has to be kept for good: without the lock these tests find that it is not.

    SQLite has one lock for everything, which cannot be taken away here.
    """
    if request.param == "not locked":
        monkeypatch.setattr(release, "lock_rows", lambda rows: None)
    return request.param == "locked" or connection.vendor == "sqlite"


def test_a_hold_becomes_firm_while_the_other_client_leaves(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    group = Group()
    leaving, kept = group.book("ada"), group.hold()
    raised = while_first_pauses(
        monkeypatch,
        "booking.operations.book.renew_claims",
        lambda: group.book("eva", hold=kept),
        lambda: cancel_booking(booking=leaving, reason="", actor=CLIENT),
    )
    assert raised == []
    assert Booking.objects.get(client_name="eva").status == Status.CONFIRMED
    assert (Claim.objects.get().expires_at is None) == is_kept


def test_a_request_is_approved_while_another_place_is_given_back(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    group = Group(requires_approval=True)
    request, kept = group.book("ada"), group.hold()
    raised = while_first_pauses(
        monkeypatch,
        "booking.operations.decide.record_change",
        lambda: approve_booking(booking=request, actor=STAFF),
        lambda: release_hold(hold=kept),
    )
    assert raised == []
    assert (Claim.objects.get().expires_at is None) == is_kept


def test_clearing_away_and_expiring_do_not_wait_for_each_other(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = Group(requires_approval=True)
    request = group.book("ada")
    group.hold()
    for rows in (Booking.objects, Hold.objects, Claim.objects):
        rows.update(expires_at=clock.now() - timedelta(seconds=1))
    raised = while_first_pauses(
        monkeypatch,
        "booking.operations.expire.end_hold",
        lambda: group.book("eva"),
        lambda: expire_booking(booking=request),
    )
    assert raised == []
    assert Booking.objects.get(client_name="ada").status == Status.EXPIRED
