"""What follows for clients who did not come too often, and for nobody else."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Business
from booking.lifecycle import Status
from booking.models import Booking, BookingSettings, Claim, Client, Hold, Service
from booking.models.settings import REACHABLE_NEEDED, NoShowAction
from booking.no_shows import policy_of, warning_of
from booking.operations import PolicyViolation, approve_booking, mark_no_show, place_hold
from booking.wish import Wish
from tests.booking.no_shows import REFUSAL, STAFF, follow, miss_two
from tests.conftest import NOW, Book, at
from tests.factories import ProviderFactory


@pytest.fixture
def missed(booked: Book, clock: time_machine.Traveller) -> datetime:
    return miss_two(booked, clock)


def test_nothing_follows_unless_the_business_says_so(business: Business) -> None:
    assert policy_of(business.settings) is None


def test_refused_is_whoever_did_not_come_too_often(
    missed: datetime, business: Business, booked: Book
) -> None:
    follow(business, NoShowAction.REFUSE)
    with pytest.raises(PolicyViolation) as refusal:
        booked(at(8, day=4), email="EVA@example.com")
    assert refusal.value.message == REFUSAL
    assert Booking.objects.count() == 2
    assert booked(at(8, day=4), email="other@example.com").status == Status.CONFIRMED


def test_one_no_show_less_than_the_limit_changes_nothing(
    missed: datetime, business: Business, booked: Book
) -> None:
    follow(business, NoShowAction.REFUSE, limit=3)
    assert booked(at(8, day=4)).status == Status.CONFIRMED


def test_what_was_put_right_does_not_count(
    missed: datetime, business: Business, booked: Book
) -> None:
    follow(business, NoShowAction.REFUSE)
    Booking.objects.filter(starts_at=at(8)).update(status=Status.COMPLETED)
    assert booked(at(8, day=4)).status == Status.CONFIRMED


def test_no_shows_are_forgiven_after_the_months(
    missed: datetime, business: Business, booked: Book, clock: time_machine.Traveller
) -> None:
    follow(business, NoShowAction.REFUSE, months=1)
    after_a_month = at(8).replace(month=4)
    clock.move_to(after_a_month)
    with pytest.raises(PolicyViolation):
        booked(after_a_month + timedelta(days=4))
    clock.move_to(after_a_month + timedelta(seconds=1))
    assert booked(after_a_month + timedelta(days=4)).status == Status.CONFIRMED


def test_a_phone_is_known_as_an_address_is(
    booked: Book, business: Business, clock: time_machine.Traveller
) -> None:
    booking = booked(at(8), email="", phone="+4930123456")
    clock.move_to(at(9))
    mark_no_show(booking=booking, actor=STAFF)
    follow(business, NoShowAction.REFUSE, limit=1)
    with pytest.raises(PolicyViolation):
        booked(at(8, day=4), email="", phone="+4930123456")
    assert booked(at(8, day=4), email="", phone="+4930123457").status == Status.CONFIRMED


def test_a_no_show_at_another_business_is_not_held_against_anybody(
    missed: datetime, business: Business, booked: Book
) -> None:
    follow(business, NoShowAction.REFUSE)
    Client.objects.update(business=other_business())
    assert booked(at(8, day=4)).status == Status.CONFIRMED


def other_business() -> Business:
    made: Business = ProviderFactory.create().business
    return made


@pytest.mark.parametrize("action", NoShowAction)
def test_staff_book_for_anybody(
    missed: datetime, business: Business, booked: Book, action: NoShowAction
) -> None:
    follow(business, action)
    assert booked(at(8, day=4), actor=STAFF).status == Status.CONFIRMED


def test_a_booking_becomes_a_request_where_staff_want_to_approve(
    missed: datetime, business: Business, booked: Book
) -> None:
    follow(business, NoShowAction.APPROVE)
    request = booked(at(8, day=4))
    claim = Claim.objects.get(session=request.session_id)
    assert (request.status, request.expires_at) == (Status.PENDING, missed + timedelta(days=1))
    assert claim.expires_at == request.expires_at
    assert booked(at(9, day=4), email="other@example.com").status == Status.CONFIRMED
    approve_booking(booking=request, actor=STAFF)
    claim.refresh_from_db()
    assert claim.expires_at is None


def test_a_kept_time_becomes_a_request_too(
    missed: datetime, business: Business, booked: Book, service: Service
) -> None:
    follow(business, NoShowAction.APPROVE)
    hold = place_hold(wish=Wish(service=service), start=at(8, day=4), holder="eva")
    request = booked(at(8, day=4), hold=hold)
    assert request.status == Status.PENDING
    assert Claim.objects.get(session=request.session_id).expires_at == request.expires_at


def test_who_is_refused_keeps_the_time_that_was_kept(
    missed: datetime, business: Business, booked: Book, service: Service
) -> None:
    follow(business, NoShowAction.REFUSE)
    hold = place_hold(wish=Wish(service=service), start=at(8, day=4), holder="eva")
    with pytest.raises(PolicyViolation):
        booked(at(8, day=4), hold=hold)
    assert Hold.objects.get() == hold


def test_a_warning_leaves_the_booking_as_it_is(
    missed: datetime, business: Business, booked: Book
) -> None:
    follow(business, NoShowAction.WARN)
    booking = booked(at(8, day=4))
    booking.business.settings.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert warning_of(booking, missed) == "2 no-shows in the last 12 months"


@pytest.mark.parametrize(
    ("limit", "months", "said"),
    [
        (0, 12, ""),
        (1, 12, "2 no-shows in the last 12 months"),
        (2, 1, "2 no-shows in the last month"),
        (3, 12, ""),
    ],
)
def test_staff_are_warned_from_the_limit_on(
    missed: datetime, business: Business, limit: int, months: int, said: str
) -> None:
    follow(business, NoShowAction.WARN, limit=limit, months=months)
    booking = Booking.objects.select_related("business__settings").first()
    assert booking is not None
    assert warning_of(booking, missed) == said


def test_only_an_active_policy_costs_a_statement_more(
    missed: datetime, business: Business, booked: Book, service: Service
) -> None:
    service.providers.add(*ProviderFactory.create_batch(3, business=business))
    booked(at(8, day=4))
    without = statements(booked)
    follow(business, NoShowAction.WARN)
    booked(at(10, day=4))
    assert statements(booked) == without
    follow(business, NoShowAction.APPROVE, limit=3)
    booked(at(11, day=4))
    assert statements(booked) == without + 1 <= 20


def statements(booked: Book) -> int:
    with CaptureQueriesContext(connection) as queries:
        booked(at(9, day=4))
    return len(queries)


@pytest.mark.parametrize(
    ("phone", "email", "asked"),
    [
        ("030 1", "", "Please call us on 030 1, and"),
        ("", "desk@salon.example", "Please write to desk@salon.example, and"),
        ("", "", "Please get in touch with us, and"),
    ],
)
def test_the_refusal_names_the_ways_there_are(
    missed: datetime, business: Business, booked: Book, phone: str, email: str, asked: str
) -> None:
    follow(business, NoShowAction.REFUSE)
    business.phone, business.email = phone, email
    business.save()
    with pytest.raises(PolicyViolation, match=asked):
        booked(at(8, day=4))


def test_refusing_needs_a_way_to_be_reached(business: Business) -> None:
    own = BookingSettings.objects.get(business=business)
    own.no_show_limit, own.no_show_action = 2, NoShowAction.REFUSE
    own.full_clean()
    own.business.phone = own.business.email = ""
    with pytest.raises(ValidationError) as refused:
        own.full_clean()
    assert refused.value.message_dict == {"no_show_action": [REACHABLE_NEEDED]}


def test_a_retry_of_what_was_booked_before_is_not_refused(
    business: Business, booked: Book, clock: time_machine.Traveller
) -> None:
    first = booked(at(8), idempotency_key="once")
    clock.move_to(at(9))
    mark_no_show(booking=first, actor=STAFF)
    follow(business, NoShowAction.REFUSE, limit=1)
    clock.move_to(NOW)
    assert booked(at(8), idempotency_key="once") == first
