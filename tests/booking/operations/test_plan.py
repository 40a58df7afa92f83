"""Sessions that staff plan: all of them or none, and never over somebody else's time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection

from accounts.models import Business
from booking import guard, offers
from booking.availability import Refusal
from booking.models import (
    ActorKind,
    BlockedPeriod,
    Claim,
    RequiredGroup,
    Resource,
    ResourceKind,
    Service,
    Session,
    SessionSeries,
    Source,
)
from booking.operations import (
    Actor,
    InUse,
    PlanRefused,
    PolicyViolation,
    SlotTaken,
    Terms,
    change_session,
    delete_session,
    place_hold,
    plan_sessions,
)
from booking.wish import Wish
from tests.conftest import Book, at
from tests.factories import ProviderFactory, ServiceFactory

STAFF = Actor(kind=ActorKind.MEMBER, source=Source.ADMIN)
# Four Mondays from the 8th of March; the clocks change before the last.
MONDAYS = [at(17, day=8), at(17, day=15), at(17, day=22), at(16, day=29)]
Plan = Callable[..., list[Session]]


@pytest.fixture
def lesson(business: Business) -> Service:
    made: Service = ServiceFactory.create(
        business=business, name="Class", slug="class", starts="planned", capacity=6
    )
    return made


@pytest.fixture
def plan(lesson: Service) -> Plan:
    def call(*starts: datetime, service: Service = lesson, **given: object) -> list[Session]:
        options = {"provider": service.providers.first(), "terms": Terms(capacity=6)}
        return plan_sessions(
            service=service,
            starts=starts or MONDAYS,
            actor=STAFF,
            **(options | given),  # type: ignore[arg-type]
        )

    return call


def refusal(plan: Plan, *starts: datetime, **given: object) -> PlanRefused:
    with pytest.raises(PlanRefused) as refused:
        plan(*starts, **given)
    assert not SessionSeries.objects.exists()
    return refused.value


def codes(refused: PlanRefused) -> list[tuple[datetime, set[Refusal]]]:
    return [(start, {reason.code for reason in reasons}) for start, reasons in refused.refused]


def room(business: Business, name: str, **given: object) -> Resource:
    made: Resource = Resource.objects.create(
        business=business, kind=ResourceKind.ROOM, name=name, **given
    )
    return made


def require(service: Service, *rooms: Resource) -> None:
    RequiredGroup.objects.create(service=service, name="Room").resources.set(rooms)


def test_a_series_is_planned_with_all_that_it_needs(lesson: Service, plan: Plan) -> None:
    hall = room(lesson.business, "Hall")
    require(lesson, hall)
    lesson.buffer_after_minutes = 30
    lesson.save()
    terms = Terms(capacity=4, is_bookable=False, booking_deadline_minutes=60, location="Park")
    sessions = plan(terms=terms, recurrence="RRULE:FREQ=WEEKLY")
    kept = Session.objects.values_list(
        "starts_at",
        "capacity",
        "is_bookable",
        "booking_deadline_minutes",
        "location",
        "is_planned",
        "spots_taken",
        "series__recurrence",
    )
    assert list(kept) == [
        (start, 4, False, 60, "Park", True, 0, "RRULE:FREQ=WEEKLY") for start in MONDAYS
    ]
    claims = Claim.objects.filter(session=sessions[0]).order_by("resource__name")
    hour = timedelta(hours=1)
    assert list(
        claims.values_list("resource", "starts_at", "ends_at", "buffer_after_minutes", "expires_at")
    ) == [
        (pk, MONDAYS[0], MONDAYS[0] + hour, 30, None) for pk in (hall.pk, lesson.providers.get().pk)
    ]


def test_after_hours_far_ahead_and_beyond_every_limit(lesson: Service, plan: Plan) -> None:
    lesson.limit_per_month, lesson.booking_horizon_days = 1, 1
    lesson.save()
    assert len(plan(at(22, day=8), at(2, day=9), at(17, day=29))) == 3


def test_everything_in_the_way_is_said_at_once_and_nothing_is_planned(
    lesson: Service, plan: Plan, service: Service, booked: Book
) -> None:
    person = lesson.providers.get()
    service.providers.set([person])
    booked(at(9, day=8))
    BlockedPeriod.objects.create(
        business=lesson.business, first_date="2027-03-15", last_date="2027-03-15"
    )
    settings = lesson.business.settings
    settings.holidays_country = "DE"
    settings.save()
    good_friday = at(17, day=26)
    refused = refusal(plan, at(9, day=8), MONDAYS[1], MONDAYS[2], good_friday)
    assert codes(refused) == [
        (at(9, day=8), {Refusal.CLAIMED}),
        (MONDAYS[1], {Refusal.BLOCKED}),
        (good_friday, {Refusal.HOLIDAY}),
    ]
    assert not refused.could_be_overridden
    assert Session.objects.planned().count() == 0
    assert refusal(plan, MONDAYS[1], good_friday).could_be_overridden
    assert len(plan(MONDAYS[1], good_friday, override=True)) == 2


def test_overriding_never_reaches_into_a_claim(
    plan: Plan, lesson: Service, service: Service, booked: Book
) -> None:
    service.providers.set(lesson.providers.all())
    booked(at(9, day=8))
    refused = refusal(plan, at(9, 30, day=8), MONDAYS[1], override=True)
    assert codes(refused) == [(at(9, 30, day=8), {Refusal.CLAIMED})]
    assert not Session.objects.planned().exists()


def test_a_buffer_is_a_rule(plan: Plan, lesson: Service, service: Service, booked: Book) -> None:
    service.providers.set(lesson.providers.all())
    lesson.buffer_before_minutes = 15
    lesson.save()
    booked(at(9, day=8))
    refused = refusal(plan, at(10, day=8))
    assert codes(refused) == [(at(10, day=8), {Refusal.BUFFER})]
    assert refused.could_be_overridden
    assert len(plan(at(10, day=8), override=True)) == 1


def test_dates_of_one_plan_that_overlap_are_refused(plan: Plan) -> None:
    refused = refusal(plan, MONDAYS[0], MONDAYS[0] + timedelta(minutes=30))
    assert codes(refused) == [(MONDAYS[0] + timedelta(minutes=30), {Refusal.CLAIMED})]


def test_each_session_has_the_first_room_that_is_free(plan: Plan, lesson: Service) -> None:
    small = room(lesson.business, "Small", priority=1)
    large = room(lesson.business, "Large", priority=2)
    require(lesson, small, large)
    BlockedPeriod.objects.create(
        business=lesson.business, resource=small, first_date="2027-03-15", last_date="2027-03-15"
    )
    rooms = [
        session.claims.exclude(resource=session.provider_id).get().resource for session in plan()
    ]
    assert rooms == [small, large, small, small]
    other = ProviderFactory.create(business=lesson.business)
    lesson.providers.add(other)
    refused = refusal(plan, provider=other, terms=Terms(capacity=1))
    assert codes(refused) == [(MONDAYS[1], {Refusal.NO_ROOM})]
    assert refused.could_be_overridden


def test_what_has_expired_gives_way(
    plan: Plan, service: Service, lesson: Service, clock: time_machine.Traveller
) -> None:
    service.providers.set(lesson.providers.all())
    place_hold(wish=Wish(service=service), start=at(9, day=8), holder="somebody")
    assert codes(refusal(plan, at(9, day=8))) == [(at(9, day=8), {Refusal.CLAIMED})]
    clock.shift(timedelta(minutes=6))
    assert len(plan(at(9, day=8))) == 1


@pytest.mark.parametrize("changed", ["one", "archived", "stranger", "past"])
def test_what_cannot_be_planned_at_all(plan: Plan, lesson: Service, changed: str) -> None:
    given: dict[str, object] = {}
    starts: list[datetime] = [at(5, day=1)] if changed == "past" else []
    match changed:
        case "one":
            Service.objects.update(starts="hours", capacity=1)
        case "archived":
            Service.objects.update(is_active=False)
        case "stranger":
            given = {"provider": ProviderFactory.create(business=lesson.business)}
    with pytest.raises(PolicyViolation):
        plan(*starts, **given)
    assert not Session.objects.exists()


def test_several_can_come_to_a_planned_session_beside_the_hours(
    plan: Plan, service: Service, booked: Book
) -> None:
    service.capacity = 3
    service.save()
    [session] = plan(at(17, day=8), service=service)
    assert booked(at(17, day=8)).session == session


def test_the_guard_has_the_last_word(
    plan: Plan, lesson: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(MONDAYS[0])
    ask = offers.plan

    def blind(*args: object, **given: object) -> list[object]:
        return [
            type(found)(found.starts_at, found.resource_ids, ())
            for found in ask(*args, **given)  # type: ignore[arg-type]
        ]

    monkeypatch.setattr(offers, "plan", blind)
    assert not guard.missing(connection)
    with pytest.raises(SlotTaken):
        plan()
    assert Session.objects.count() == 1


def test_places_are_not_taken_away_from_anybody(plan: Plan, lesson: Service, booked: Book) -> None:
    [session] = plan(MONDAYS[0])
    booked(MONDAYS[0], service=lesson, spots=5)
    with pytest.raises(InUse, match="5 places are taken already"):
        change_session(session=session, terms=Terms(capacity=4))
    change_session(session=session, terms=Terms(capacity=5, location="Park"))
    session.refresh_from_db()
    assert (session.capacity, session.spots_taken, session.location) == (5, 5, "Park")


def test_lowering_the_services_capacity_leaves_what_is_sold(
    plan: Plan, lesson: Service, booked: Book
) -> None:
    [session] = plan(MONDAYS[0])
    booked(MONDAYS[0], service=lesson, spots=5)
    lesson.capacity = 2
    lesson.save()
    booked(MONDAYS[0], service=lesson, email="another@example.com")
    session.refresh_from_db()
    assert (session.capacity, session.spots_taken) == (6, 6)


def test_only_an_empty_session_is_deleted(
    plan: Plan, lesson: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    [session] = plan(MONDAYS[0])
    wish = Wish(service=lesson, spots=2)
    place_hold(wish=wish, start=MONDAYS[0], holder="somebody")
    with pytest.raises(InUse, match="2 places are taken or asked for"):
        delete_session(session=session)
    clock.shift(timedelta(minutes=6))
    delete_session(session=session)
    delete_session(session=session)
    assert (Session.objects.count(), Claim.objects.count()) == (0, 0)


def test_a_request_that_takes_no_place_yet_keeps_its_session(
    plan: Plan, lesson: Service, booked: Book
) -> None:
    lesson.requires_approval, lesson.pending_blocks = True, False
    lesson.save()
    [session] = plan(MONDAYS[0])
    assert booked(MONDAYS[0], service=lesson).session is None
    with pytest.raises(InUse, match="1 place is taken or asked for"):
        delete_session(session=session)
