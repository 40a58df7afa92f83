"""A time that was offered has one owner, and a request with offers one outcome."""

from collections.abc import Callable
from functools import partial

import httpx
import pytest

from booking.lifecycle import Status
from booking.links import manage_token
from booking.models import Booking, Claim, Hold, Service, Session
from booking.operations import accept_offer, approve_booking, expire_pending, offer_times
from notifications.models import OutboxEvent
from tests.conftest import CLIENT
from tests.factories import BusinessFactory, ServiceFactory
from tests.races.bookings import bookings_of, free_starts
from tests.races.conftest import Server, StartServer, at_once
from tests.races.test_expiry import STAFF, ask, expire_in
from tests.races.threads import PAUSE, both

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def request_(transactional_db: None) -> Booking:
    """A request with two other times offered."""
    business = BusinessFactory.create(name="Salon Mara", slug="salon-mara")
    service: Service = ServiceFactory.create(
        business=business, slug="haircut", requires_approval=True
    )
    booking = ask(service, "eva@example.com")
    offer_times(booking=booking, starts=free_starts(service)[1:3], actor=STAFF)
    return booking


def offered(booking: Booking) -> list[Session]:
    return [hold.session for hold in booking.holds.standing_offers(booking.created_at)]


def outcomes() -> list[str]:
    names = OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    return [name for name in names if name not in {"booking.requested", "booking.offered"}]


def accepting(server: Server, booking: Booking, session: Session) -> Callable[[], httpx.Response]:
    return partial(
        httpx.post,
        f"{server.url}/booking/{manage_token(booking)}/accept-offer/",
        data={"start": session.starts_at.isoformat()},
        timeout=60,
    )


def taking_each(booking: Booking) -> list[Callable[[], object]]:
    return [
        partial(accept_offer, booking=booking, start=session.starts_at, actor=CLIENT)
        for session in offered(booking)
    ]


def warm_up(server: Server, booking: Booking) -> None:
    """Every process answers its first request slowly, and nobody would meet in the window."""
    page = f"{server.url}/booking/{manage_token(booking)}/"
    at_once([partial(httpx.get, page, timeout=60)] * 24)


def expire_with_offers(booking: Booking) -> None:
    """Request and offers end a moment after the first call has begun."""
    expire_in(PAUSE / 4, booking)
    end = Booking.objects.get(pk=booking.pk).expires_at
    Hold.objects.update(expires_at=end)
    Claim.objects.update(expires_at=end)


def one_firm_session(booking: Booking) -> None:
    booking.refresh_from_db()
    assert booking.session == Session.objects.get()
    assert (Hold.objects.count(), Claim.objects.get().expires_at) == (0, None)


@pytest.mark.usefixtures("pause")
@pytest.mark.parametrize("client_is_first", [True, False])
def test_accepting_and_approving_have_one_outcome(request_: Booking, client_is_first: bool) -> None:
    start = offered(request_)[0].starts_at
    calls: list[Callable[[], object]] = [
        lambda: accept_offer(booking=request_, start=start, actor=CLIENT),
        lambda: approve_booking(booking=request_, actor=STAFF),
    ]
    both(*(calls if client_is_first else reversed(calls)))
    assert outcomes() == ["booking.offer_accepted" if client_is_first else "booking.approved"]
    one_firm_session(request_)


@pytest.mark.usefixtures("pause", "no_lock")
def test_without_the_lock_this_test_finds_both_outcomes(request_: Booking) -> None:
    start = offered(request_)[0].starts_at
    both(
        lambda: approve_booking(booking=request_, actor=STAFF),
        lambda: accept_offer(booking=request_, start=start, actor=CLIENT),
    )
    assert outcomes() == ["booking.approved", "booking.offer_accepted"]


@pytest.mark.usefixtures("pause")
def test_accepting_while_the_request_expires_has_one_outcome(request_: Booking) -> None:
    start = offered(request_)[0].starts_at
    expire_with_offers(request_)
    both(lambda: accept_offer(booking=request_, start=start, actor=CLIENT), expire_pending)
    assert outcomes() == ["booking.offer_accepted"]
    one_firm_session(request_)


def test_two_offers_are_not_both_taken(request_: Booking, start_server: StartServer) -> None:
    server = start_server("pause")
    warm_up(server, request_)
    calls = [accepting(server, request_, session) for session in offered(request_)]
    assert at_once(calls) == {303: 1, 409: 1}
    assert outcomes() == ["booking.offer_accepted"]
    one_firm_session(request_)


@pytest.mark.usefixtures("pause")
def test_two_offers_taken_one_in_the_other_have_one_outcome(request_: Booking) -> None:
    both(*taking_each(request_))
    assert outcomes() == ["booking.offer_accepted"]
    one_firm_session(request_)


@pytest.mark.usefixtures("pause", "no_lock")
def test_without_the_lock_this_test_finds_two_offers_taken(request_: Booking) -> None:
    both(*taking_each(request_))
    assert outcomes() == ["booking.offer_accepted"] * 2


def test_nobody_else_gets_an_offered_time_while_it_is_taken(
    request_: Booking, start_server: StartServer
) -> None:
    server = start_server("pause")
    wanted = offered(request_)[0]
    rivals = bookings_of(server, wanted.starts_at, count=12)
    assert at_once([accepting(server, request_, wanted), *rivals]) == {303: 1, 409: 12}
    request_.refresh_from_db()
    assert (request_.status, request_.starts_at) == (Status.CONFIRMED, wanted.starts_at)
    assert Booking.objects.count() == 1
