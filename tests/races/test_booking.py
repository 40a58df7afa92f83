"""No time is sold twice: many processes, real HTTP, a pause between the check and the write.

Each protection is shown alone, with the others off; and with none left the same test must find
the double booking, or it would prove nothing.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import httpx
import pytest
from django.db import connection

from booking import guard
from booking.lifecycle import Status
from booking.links import manage_token
from booking.models import Booking, Claim, Service
from tests.factories import BusinessFactory, ProviderFactory, ServiceFactory
from tests.races.bookings import bookings_of, free_starts
from tests.races.conftest import StartServer, at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLIENTS = 40


@pytest.fixture
def service(transactional_db: None) -> Service:
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    made: Service = ServiceFactory.create(business=business, slug="haircut")
    return made


def overlaps() -> int:
    """How many pairs of claims of one resource lie over each other, buffers left out."""
    rows = sorted(Claim.objects.values_list("resource_id", "starts_at", "ends_at"))
    return sum(
        first[0] == second[0] and second[1] < first[2]
        for index, first in enumerate(rows)
        for second in rows[index + 1 :]
    )


@pytest.mark.parametrize(
    "race", ["", "pause", "pause no-rule", "pause no-lock"], ids=lambda race: race or "as it is"
)
def test_forty_clients_one_time_one_booking(
    service: Service, start_server: StartServer, race: str
) -> None:
    start = free_starts(service)[0]
    statuses = at_once(bookings_of(start_server(race), start, count=CLIENTS))
    # Without the lock, inserts meet at the guard; those that PostgreSQL ends for waiting on each
    # other are told to try again.
    refusals = {409, 503} if "no-lock" in race else {409}
    assert (statuses[303], set(statuses)) == (1, {303} | refusals & set(statuses))
    assert (Booking.objects.count(), overlaps()) == (1, 0)


def test_the_rule_alone_holds_without_the_guard(
    service: Service, start_server: StartServer
) -> None:
    guard.remove(connection)
    try:
        statuses = at_once(bookings_of(start_server(), free_starts(service)[0], count=CLIENTS))
        assert statuses == Counter({303: 1, 409: CLIENTS - 1})
        assert (Booking.objects.count(), overlaps()) == (1, 0)
    finally:
        _restore_guard()


@pytest.mark.parametrize("race", ["pause no-rule", "pause no-lock"])
def test_with_neither_rule_nor_guard_this_test_finds_the_double_booking(
    service: Service, start_server: StartServer, race: str
) -> None:
    guard.remove(connection)
    try:
        at_once(bookings_of(start_server(race), free_starts(service)[0], count=CLIENTS))
        assert Booking.objects.count() > 1
        assert overlaps() > 0
    finally:
        _restore_guard()


def test_any_provider_sells_each_of_three_once(service: Service, start_server: StartServer) -> None:
    service.providers.add(*ProviderFactory.create_batch(2, business=service.business))
    statuses = at_once(bookings_of(start_server(), free_starts(service)[0], count=CLIENTS))
    assert statuses == Counter({303: 3, 409: CLIENTS - 3})
    sold = Booking.objects.values_list("provider", flat=True)
    assert (len(sold), len(set(sold))) == (3, 3)


def test_who_comes_at_once_finds_somebody_who_is_free(
    service: Service, start_server: StartServer
) -> None:
    service.providers.add(*ProviderFactory.create_batch(23, business=service.business))
    statuses = at_once(bookings_of(start_server(), free_starts(service)[0], count=12))
    assert statuses == Counter({303: 12})
    assert overlaps() == 0


@pytest.mark.parametrize("race", ["pause long", "pause long no-lock"])
def test_a_services_limit_holds_while_three_providers_are_booked(
    service: Service, start_server: StartServer, race: str
) -> None:
    service.providers.add(*ProviderFactory.create_batch(2, business=service.business))
    service.limit_per_day = 3
    service.save()
    starts = free_starts(service)
    day = [start for start in starts if start.date() == starts[0].date()]
    server = start_server(race)
    calls = [
        call
        for number, start in enumerate(day)
        for call in bookings_of(server, start, count=1, first=number)
    ]
    at_once(calls)
    # Without the lock the same test finds more than the limit, or it would prove nothing.
    assert (Booking.objects.count() > 3) == ("no-lock" in race)
    assert overlaps() == 0


def test_starts_that_overlap_each_other_keep_their_buffers(
    service: Service, start_server: StartServer
) -> None:
    service.slot_interval_minutes = 5
    service.buffer_after_minutes = 10
    service.save()
    starts = [
        start for start in free_starts(service) if start.date() == free_starts(service)[0].date()
    ]
    server = start_server()
    calls = [
        call
        for number, start in enumerate(starts[:60])
        for call in bookings_of(server, start, count=1, first=number)
    ]
    statuses = at_once(calls)
    assert set(statuses) == {303, 409}
    rows = sorted(Claim.objects.values_list("starts_at", "ends_at"))
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(rows)]
    assert len(rows) == statuses[303]
    assert all(gap >= timedelta(minutes=10) for gap in gaps)


def test_one_form_sent_twenty_times_is_one_booking(
    service: Service, start_server: StartServer
) -> None:
    server = start_server()
    [call] = bookings_of(server, free_starts(service)[0], count=1)
    answers: list[httpx.Response] = []

    def remember() -> httpx.Response:
        answer = call()
        answers.append(answer)
        return answer

    assert at_once([remember] * 20) == Counter({303: 20})
    assert Booking.objects.count() == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1


def test_cancelling_and_booking_the_same_time_leaves_it_sold_at_most_once(
    service: Service, start_server: StartServer
) -> None:
    server, start = start_server(), free_starts(service)[0]
    [first] = bookings_of(server, start, count=1)
    assert first().status_code == 303
    token = manage_token(Booking.objects.get())
    cancel = partial(httpx.post, f"{server.url}/booking/{token}/cancel/", data={}, timeout=60)
    statuses = at_once([cancel, cancel, *bookings_of(server, start, count=20, first=1)])
    assert statuses[303] - 2 == Booking.objects.filter(status=Status.CONFIRMED).count()
    assert statuses[303] in {2, 3}
    assert (Claim.objects.count(), overlaps()) == (statuses[303] - 2, 0)


def test_different_times_of_several_providers_are_all_sold(
    service: Service, start_server: StartServer
) -> None:
    service.providers.add(*ProviderFactory.create_batch(2, business=service.business))
    server, starts = start_server(""), free_starts(service)[:10]
    calls = [
        call
        for number, start in enumerate(starts)
        for call in bookings_of(server, start, count=3, first=number * 3)
    ]
    assert at_once(calls) == Counter({303: 30})
    assert (Booking.objects.count(), overlaps()) == (30, 0)


def _restore_guard() -> None:
    """Put the guard back for the tests that follow; what broke it has to go first."""
    Booking.objects.all().delete()
    Claim.objects.all().delete()
    guard.install(connection)
    assert not guard.missing(connection)


def test_a_lock_that_is_held_too_long_answers_try_again(
    service: Service, start_server: StartServer
) -> None:
    server, start = start_server(""), free_starts(service)[0]
    [call] = bookings_of(server, start, count=1)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        else:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM booking_resource FOR UPDATE")
        asked = datetime.now(UTC)
        answer = call()
        waited = datetime.now(UTC) - asked
        cursor.execute("ROLLBACK")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert waited < timedelta(seconds=14)
    assert "please try again in a moment" in answer.text
    assert not Booking.objects.exists()
