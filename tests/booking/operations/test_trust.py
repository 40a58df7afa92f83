"""Who is approved without staff: visits × no-shows × proof."""

from datetime import timedelta
from typing import Any

import pytest

from booking.lifecycle import InvalidTransition, Status
from booking.models import ActorKind, Booking, BookingSettings, Service, Source
from booking.operations import (
    Actor,
    PolicyViolation,
    approve_booking,
    approve_returning,
    reject_booking,
    trust,
)
from tests.booking.clients import let_return, visit
from tests.conftest import NOW, Book, at
from tests.factories import ServiceFactory

ROWS = [
    # kept visits, missed ones (days ago), visits asked for, months looked at → approved
    (0, [], 1, 12, False),
    (1, [], 1, 12, True),
    (1, [], 2, 12, False),
    (2, [], 2, 12, True),
    (3, [], 2, 12, True),
    (1, [10], 1, 12, False),
    (9, [10], 1, 12, False),
    (1, [364], 1, 12, False),
    (1, [366], 1, 12, True),
    (1, [40], 1, 1, True),
    (1, [20], 1, 1, False),
    (1, [20, 40], 1, 1, False),
]


@pytest.mark.parametrize(("kept", "missed", "visits", "months", "is_approved"), ROWS)
def test_the_rule_with_and_without_proof(
    booked: Book,
    service: Service,
    kept: int,
    missed: list[int],
    visits: int,
    months: int,
    is_approved: bool,
) -> None:
    for number in range(kept):
        visit(booked, days_ago=30 + number)
    for days_ago in missed:
        visit(booked, days_ago=days_ago, status=Status.NO_SHOW)
    let_return(service, visits=visits, months=months)
    typed = booked(at(8))
    by_link = booked(at(9), proof=typed.client)
    assert (typed.status, by_link.status) == (
        Status.PENDING,
        Status.CONFIRMED if is_approved else Status.PENDING,
    )
    if is_approved:
        assert approve_returning(booking=typed).status == Status.CONFIRMED
    else:
        with pytest.raises(PolicyViolation):
            approve_returning(booking=typed)
        typed.refresh_from_db()
        assert typed.status == Status.PENDING


@pytest.mark.parametrize(
    ("status", "days_ago", "is_kept"),
    [
        (Status.COMPLETED, 7, True),
        (Status.CONFIRMED, 7, True),
        (Status.CONFIRMED, 1 / 24, True),
        (Status.CONFIRMED, 0.5 / 24, False),
        (Status.CANCELLED, 7, False),
        (Status.REJECTED, 7, False),
    ],
)
def test_which_visits_count_as_kept(
    booked: Book, service: Service, status: str, days_ago: float, is_kept: bool
) -> None:
    visit(booked, days_ago=days_ago, status=status)
    assert Booking.objects.kept(NOW).count() == is_kept
    let_return(service)
    client = Booking.objects.get().client
    assert (booked(at(8), proof=client).status == Status.CONFIRMED) == is_kept


def test_the_rule_is_off_unless_wished(booked: Book, service: Service) -> None:
    client = visit(booked).client
    service.requires_approval = True
    service.save()
    assert booked(at(8), proof=client).status == Status.PENDING


def test_proof_is_of_one_client_of_this_business_under_their_address(
    booked: Book, service: Service
) -> None:
    eva = visit(booked).client
    sam = visit(booked, days_ago=9, email="sam@example.com").client
    elsewhere = ServiceFactory.create()
    abroad = visit(booked, days_ago=5, service=elsewhere).client
    let_return(service)
    assert [
        booked(at(8), proof=sam).status,
        booked(at(9), proof=abroad).status,
        booked(at(10), proof=eva, email="", phone="+4930901820").status,
        booked(at(11), proof=eva, email="EVA@example.com").status,
    ] == [Status.PENDING, Status.PENDING, Status.PENDING, Status.CONFIRMED]


def test_a_trusted_booking_takes_its_time_for_good(booked: Book, service: Service) -> None:
    client = visit(booked).client
    let_return(service)
    booking = booked(at(8), proof=client)
    assert (booking.expires_at, booking.confirmed_at) == (None, NOW)
    assert booking.session is not None
    assert set(booking.session.claims.values_list("expires_at", flat=True)) == {None}
    entry = booking.history.get()
    assert (entry.event, entry.actor_kind, entry.after) == (
        "booking.confirmed",
        "client",
        {
            "status": "confirmed",
            "starts_at": at(8).isoformat(),
            "approved_by_rule": "returning client",
        },
    )


def test_where_nothing_needs_approval_the_rule_is_not_named(booked: Book, service: Service) -> None:
    client = visit(booked).client
    let_return(service)
    service.requires_approval = False
    service.save()
    assert "approved_by_rule" not in booked(at(8), proof=client).history.get().after


def test_one_click_is_written_down_and_counts_once(booked: Book, service: Service) -> None:
    visit(booked)
    let_return(service)
    booking = booked(at(8))
    first, again = (approve_returning(booking=booking) for _ in range(2))
    assert (first.approved_at, again.approved_at, again.approved_by) == (NOW, NOW, None)
    assert [entry.event for entry in booking.history.all()] == [
        "booking.requested",
        "booking.approved",
    ]
    last = booking.history.last()
    assert last is not None
    assert (last.actor_kind, last.source, last.after) == (
        "client",
        "web",
        {"status": "confirmed", "approved_by_rule": "returning client"},
    )


def test_a_request_that_gave_way_is_booked_by_the_click(booked: Book, service: Service) -> None:
    visit(booked)
    let_return(service)
    service.pending_blocks = False
    service.save()
    booking = booked(at(8))
    assert booking.session is None
    assert approve_returning(booking=booking).session is not None


def test_too_late_it_says_so(booked: Book, service: Service, owner: Any, clock: Any) -> None:
    visit(booked)
    let_return(service)
    declined, approved, lapsed = booked(at(8)), booked(at(9)), booked(at(10))
    by_owner = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN, user=owner)
    reject_booking(booking=declined, reason="", actor=by_owner)
    approve_booking(booking=approved, actor=by_owner)
    assert approve_returning(booking=approved).approved_by == owner
    clock.move_to(NOW + timedelta(days=1))
    for booking in (declined, lapsed):
        with pytest.raises(InvalidTransition):
            approve_returning(booking=booking)


@pytest.mark.parametrize(("action", "is_approved"), [("warn", True), ("approve", False)])
def test_a_policy_against_no_shows_comes_before_the_rule(
    booked: Book, service: Service, action: str, *, is_approved: bool
) -> None:
    visit(booked, days_ago=30)
    for days_ago in (100, 130):
        visit(booked, days_ago=days_ago, status=Status.NO_SHOW)
    let_return(service, visits=1, months=3)
    BookingSettings.objects.update(no_show_limit=2, no_show_action=action)
    typed = booked(at(8))
    assert trust.can_be_proved(typed, NOW) is is_approved
    proved = booked(at(9), proof=typed.client)
    assert proved.status == (Status.CONFIRMED if is_approved else Status.PENDING)
