"""The page on which staff decide, with the day and the client, and the one that offers times."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from booking.lifecycle import Status
from booking.models import ActorKind, BlockedPeriod, Booking, Hold, Service, Source
from booking.operations import Actor, accept_offer, approve_booking, offer_times
from tests.booking.web.test_pages import text_of
from tests.conftest import CLIENT, Book, at, member
from tests.factories import ProviderFactory


@pytest.fixture
def request_(booked: Book, service: Service) -> Booking:
    service.requires_approval = True
    service.save()
    return booked(at(9, day=4))


def address(booking: Booking, verb: str = "decide") -> str:
    return f"/admin/bookings/{booking.reference}/{verb}/"


def read(client: Client, booking: Booking) -> str:
    answer = client.get(address(booking))
    assert answer.status_code == 200
    return text_of(answer)


def book_for_staff(booked: Book, hour: int, name: str, **given: Any) -> Booking:
    by_staff = Actor(kind=ActorKind.MEMBER, source=Source.PHONE)
    email = f"{name.lower()}@example.com"
    return booked(at(hour, day=4), name=name, email=email, actor=by_staff, **given)


def test_the_page_shows_the_day_around_the_request(
    client: Client, owner: User, request_: Booking, booked: Book
) -> None:
    book_for_staff(booked, 8, "Before")
    book_for_staff(booked, 12, "After")
    BlockedPeriod.objects.create(
        business=request_.business,
        resource=request_.provider,
        starts_at=at(14, day=4),
        ends_at=at(15, day=4),
        reason="Dentist",
    )
    client.force_login(owner)
    text = read(client, request_)
    said = ("Open 09:00–17:00", "09:00–10:00 Before", "10:00–11:00 Eva Klein Haircut Asked for")
    for words in (*said, "13:00–14:00 After", "15:00–16:00 Time off Dentist"):
        assert words in text
    assert "In the way" not in text


def test_what_is_in_the_way_is_named(
    client: Client, owner: User, service: Service, booked: Book
) -> None:
    service.requires_approval, service.pending_blocks = True, False
    service.save()
    request = booked(at(9, day=4))
    book_for_staff(booked, 9, "Quicker")
    client.force_login(owner)
    text = read(client, request)
    assert "In the way: Quicker (Haircut)." in text
    assert "At the same time" in text
    assert "This request takes no time yet" in text


def test_a_request_outside_the_hours_of_today_says_so(
    client: Client, owner: User, request_: Booking
) -> None:
    request_.business.settings.default_schedule.weekly_hours.all().delete()
    client.force_login(owner)
    text = read(client, request_)
    assert "Not open on this day" in text
    assert "Outside opening hours." in text


def test_the_page_knows_the_client(
    client: Client, owner: User, request_: Booking, booked: Book, clock: Any
) -> None:
    client.force_login(owner)
    assert "First time here" in read(client, request_)
    states = [Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED, Status.CONFIRMED]
    for hour, status in zip((8, 10, 11, 12), states, strict=True):
        past = booked(at(hour, day=2))
        session = None if status == Status.CANCELLED else past.session
        Booking.objects.filter(pk=past.pk).update(
            status=status, session=session, confirmed_at=past.created_at
        )
    clock.move_to(at(5, day=3))
    Booking.objects.filter(pk=request_.pk).update(expires_at=at(8, day=4))
    client.force_login(owner)
    text = read(client, request_)
    assert "2 visits kept, 1 no-show" in text
    assert "1 cancelled. Last here on 2 March 2027" in text


def test_the_page_costs_the_same_for_a_full_day(
    client: Client, owner: User, request_: Booking, booked: Book
) -> None:
    client.force_login(owner)
    book_for_staff(booked, 8, "First")
    client.get(address(request_))
    with CaptureQueriesContext(connection) as few:
        client.get(address(request_))
    for hour in (10, 11, 12, 13, 14):
        book_for_staff(booked, hour, f"Client{hour}")
    with CaptureQueriesContext(connection) as many:
        client.get(address(request_))
    assert (len(many) <= len(few), len(few) < 30) == (True, True)


def test_two_taps_approve(client: Client, owner: User, request_: Booking) -> None:
    client.force_login(owner)
    assert "Approve" in read(client, request_)
    client.post(address(request_, "approve"))
    assert "Approved by" in read(client, request_)


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_the_second_is_told_who_was_first(
    client: Client, owner: User, staff: User, request_: Booking, verb: str
) -> None:
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    approve_booking(booking=request_, actor=by_owner)
    client.force_login(staff)
    answer = client.post(address(request_, verb), {"reason": ""}, follow=True)
    text = text_of(answer)
    assert f"Approved by {owner}, Mon 1 Mar, 07:00." in text
    assert "is told by mail" not in text


def test_approving_what_the_client_has_moved_says_so(
    client: Client, owner: User, request_: Booking
) -> None:
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    offer_times(booking=request_, starts=[at(10, day=5)], actor=by_owner)
    accept_offer(booking=request_, start=at(10, day=5), actor=CLIENT)
    client.force_login(owner)
    text = text_of(client.post(address(request_, "approve"), follow=True))
    assert "Somebody was quicker. Offered time taken by Client, Mon 1 Mar, 07:00." in text


def test_offering_is_ticking_times_and_one_post(
    client: Client, owner: User, request_: Booking
) -> None:
    client.force_login(owner)
    page = client.get(address(request_, "offer"))
    html = page.content.decode()
    assert "Thursday, 4 March 2027" in text_of(page)
    assert ('value="2027-03-04T10:00:00Z"' in html, 'value="2027-03-04T09:00:00Z"' in html) == (
        True,
        False,
    )
    given = {
        "starts": ["2027-03-04T10:00:00Z", "2027-03-05T09:00:00Z"],
        "message": "Would one of these suit?",
    }
    answer = client.post(address(request_, "offer"), given, follow=True)
    text = text_of(answer)
    assert "Offered, and kept until then. Eva Klein is told by mail." in text
    assert "Thu 4 Mar, 11:00, with" in text
    assert "Would one of these suit?" in text
    again = client.get(address(request_, "offer")).content.decode()
    assert again.count(" checked>") == 2
    assert Hold.objects.count() == 2


def test_times_of_others_are_offered_too(
    client: Client, owner: User, request_: Booking, service: Service
) -> None:
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    client.force_login(owner)
    wanted = f"{address(request_, 'offer')}?provider={other.pk}&day=2027-03-04"
    assert 'value="2027-03-04T09:00:00Z"' in client.get(wanted).content.decode()
    client.post(wanted, {"starts": "2027-03-04T09:00:00Z"})
    assert Hold.objects.get().session.provider == other


@pytest.mark.parametrize(
    ("starts", "status", "said"),
    [
        ([], 422, "Choose one to 3 times."),
        (["nonsense"], 422, "Choose one to 3 times."),
        ([f"2027-03-05T{hour:02}:00:00Z" for hour in (8, 9, 10, 11)], 422, "Choose one to 3"),
        (["2027-03-04T09:00:00Z"], 409, "Thursday, 4 March 2027, 10:00 (Berlin) is not free"),
    ],
)
def test_what_cannot_be_offered_is_said_with_what_was_typed(
    client: Client, owner: User, request_: Booking, starts: list[str], status: int, said: str
) -> None:
    client.force_login(owner)
    given = {"starts": starts, "message": "Would that suit?"}
    answer = client.post(address(request_, "offer"), given)
    assert (answer.status_code, said in text_of(answer)) == (status, True)
    assert "Would that suit?" in answer.content.decode()
    assert Hold.objects.count() == 0


@pytest.mark.parametrize("query", ["?day=soon", "?provider=x", "?day=0001-01-01", "?provider="])
def test_a_strange_address_still_shows_the_page(
    client: Client, owner: User, request_: Booking, query: str
) -> None:
    client.force_login(owner)
    assert client.get(address(request_, "offer") + query).status_code == 200


def test_for_what_is_decided_nothing_is_offered(
    client: Client, owner: User, staff: User, request_: Booking
) -> None:
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    approve_booking(booking=request_, actor=by_owner)
    client.force_login(staff)
    assert client.get(address(request_, "offer")).status_code == 302
    given = {"starts": "2027-03-05T09:00:00Z"}
    text = text_of(client.post(address(request_, "offer"), given, follow=True))
    assert f"This booking is confirmed. Approved by {owner}" in text


@pytest.mark.parametrize(("role", "status"), [(Role.STAFF, 302), (Role.READ_ONLY, 403)])
def test_staff_offer_and_readers_do_not(
    client: Client, request_: Booking, role: str, status: int
) -> None:
    client.force_login(member(request_.business, role))
    given = {"starts": "2027-03-05T09:00:00Z"}
    assert client.post(address(request_, "offer"), given).status_code == status
    assert Hold.objects.count() == int(status == 302)
    if role == Role.READ_ONLY:
        assert client.get(address(request_, "offer")).status_code == 403
        text = read(client, request_)
        assert ("Asked for" in text, "Offer other times" in text) == (False, False)


def test_another_business_sees_and_offers_nothing(
    client: Client, stranger: User, request_: Booking
) -> None:
    client.force_login(stranger)
    assert client.get(address(request_, "offer")).status_code == 404
    given = {"starts": "2027-03-05T09:00:00Z"}
    assert client.post(address(request_, "offer"), given).status_code == 404
    assert Hold.objects.count() == 0
