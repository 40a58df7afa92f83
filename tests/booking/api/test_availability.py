from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Business
from booking.availability import Starts
from booking.models import BlockedPeriod, Resource, Service, Session
from booking.operations import cancel_booking, place_hold
from booking.operations.take import claim
from booking.rulebook import rulebook_of
from booking.wish import Wish
from tests.booking.api.conftest import Api, problem_of, times_of
from tests.conftest import CLIENT, Book, at
from tests.factories import ProviderFactory, ServiceFactory

KEYS = [
    "service",
    "timezone",
    "start",
    "end",
    "next_available",
    "bookings_count",
    "blocked_dates",
    "days",
]
SLOT_KEYS = ["start", "end", "spots_left", "available", "session", "providers"]


def plan(service: Service, start: Any, *, capacity: int = 8, **given: Any) -> Session:
    """A session that is planned ahead, with its provider's time."""
    provider = service.providers.first()
    assert provider is not None
    session = Session.objects.create(
        business=service.business,
        service=service,
        provider=provider,
        starts_at=start,
        ends_at=start + timedelta(minutes=service.duration_minutes),
        capacity=capacity,
        is_planned=True,
        **given,
    )
    claim(session, (provider.pk,), rulebook_of(service.business).services[service.pk])
    return session


@pytest.fixture
def course(business: Business) -> Service:
    made: Service = ServiceFactory.create(
        business=business, slug="course", starts=Starts.PLANNED, capacity=8
    )
    return made


def starts_of(answer: dict[str, Any]) -> list[str]:
    return [slot["start"] for day in answer["days"] for slot in day["slots"]]


def test_each_date_has_an_entry_and_each_free_time_a_slot(
    api: Api, service: Service, provider: Resource
) -> None:
    answer = api.get("availability/", times_of(service, "2027-03-05", end="2027-03-06")).json()
    friday, saturday = answer.pop("days")
    assert answer == {
        "service": "haircut",
        "timezone": "Europe/Berlin",
        "start": "2027-03-05",
        "end": "2027-03-06",
        "next_available": "2027-03-05T09:00:00+01:00",
        "bookings_count": 0,
        "blocked_dates": [],
    }
    assert saturday == {"date": "2027-03-06", "total_available": 0, "slots": []}
    assert (friday["date"], friday["total_available"]) == ("2027-03-05", 8)
    assert friday["slots"][0] == {
        "start": "2027-03-05T09:00:00+01:00",
        "end": "2027-03-05T10:00:00+01:00",
        "spots_left": 1,
        "available": True,
        "session": None,
        "providers": [str(provider.public_id)],
    }


def test_only_the_documented_keys_are_told(api: Api, service: Service) -> None:
    answer = api.get("availability/", times_of(service)).json()
    assert list(answer) == KEYS
    assert list(answer["days"][0]) == ["date", "total_available", "slots"]
    assert list(answer["days"][0]["slots"][0]) == SLOT_KEYS


def test_dates_and_times_are_those_of_the_viewer(api: Api, service: Service) -> None:
    answer = api.get("availability/", times_of(service, timezone="Pacific/Auckland")).json()
    # Berlin's Monday until 13:00, and Tuesday's first two hours, are Auckland's Tuesday.
    assert starts_of(answer) == [
        "2027-03-02T00:00:00+13:00",
        "2027-03-02T01:00:00+13:00",
        "2027-03-02T02:00:00+13:00",
        "2027-03-02T03:00:00+13:00",
        "2027-03-02T04:00:00+13:00",
        "2027-03-02T21:00:00+13:00",
        "2027-03-02T22:00:00+13:00",
        "2027-03-02T23:00:00+13:00",
    ]


def test_the_offset_changes_with_the_clocks(api: Api, service: Service) -> None:
    answer = api.get("availability/", times_of(service, "2027-03-26", end="2027-03-29")).json()
    by_date = {day["date"]: day["slots"] for day in answer["days"]}
    assert by_date["2027-03-26"][0]["start"] == "2027-03-26T09:00:00+01:00"
    assert by_date["2027-03-29"][0]["start"] == "2027-03-29T09:00:00+02:00"


def test_the_next_free_time_is_looked_for_beyond_an_empty_range(api: Api, service: Service) -> None:
    weekend = times_of(service, "2027-03-06", end="2027-03-07")
    assert api.get("availability/", weekend).json()["next_available"] == (
        "2027-03-08T09:00:00+01:00"
    )
    beyond = times_of(service, "2027-05-01", end="2027-05-02")
    assert api.get("availability/", beyond).json()["next_available"] is None


def test_the_next_free_time_is_found_up_to_the_horizon(api: Api, service: Service) -> None:
    business = service.business
    BlockedPeriod.objects.create(
        business=business, first_date=date(2027, 3, 1), last_date=date(2027, 3, 30)
    )
    assert api.get("availability/", times_of(service)).json()["next_available"] == (
        "2027-03-31T09:00:00+02:00"
    )


def test_bookings_on_the_dates_are_counted(
    api: Api, service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    other = ProviderFactory.create(business=service.business)
    service.providers.add(other)
    booked(at(8), provider_id=other.pk)
    cancel_booking(booking=booked(at(9)), reason="", actor=CLIENT)
    booked(at(8, day=3))
    booked(at(8, day=2), service=ServiceFactory.create(business=service.business))

    def count(**query: Any) -> int:
        return int(api.get("availability/", times_of(service, **query)).json()["bookings_count"])

    assert (count(), count(end="2027-03-03")) == (1, 2)
    assert count(provider=str(other.public_id)) == 1
    service.requires_approval = True
    service.save()
    booked(at(10), email="second@example.com")
    assert count() == 2
    clock.shift(timedelta(days=1))
    assert count() == 1


def test_dates_that_time_off_takes_as_a_whole_are_named(
    api: Api, service: Service, provider: Resource
) -> None:
    business = service.business
    other = ProviderFactory.create(business=business)
    service.providers.add(other)
    # 4 March for everybody; of the 5th, half for everybody and half for one.
    periods: list[dict[str, Any]] = [
        {"first_date": date(2027, 3, 4), "last_date": date(2027, 3, 4)},
        {"starts_at": at(23, day=4), "ends_at": at(11, day=5)},
        {"starts_at": at(11, day=5), "ends_at": at(23, day=5), "resource": provider},
        {"first_date": date(2027, 3, 8), "last_date": date(2027, 3, 9), "resource": other},
    ]
    for period in periods:
        BlockedPeriod.objects.create(business=business, **period)

    def blocked(**query: Any) -> list[str]:
        asked = times_of(service, "2027-03-01", end="2027-03-08", **query)
        return list(api.get("availability/", asked).json()["blocked_dates"])

    assert blocked() == ["2027-03-04"]
    assert blocked(provider=str(provider.public_id)) == ["2027-03-04", "2027-03-05"]
    assert blocked(provider=str(other.public_id)) == ["2027-03-04", "2027-03-08"]


def test_a_provider_a_duration_and_spots_can_be_asked_for(
    api: Api, service: Service, provider: Resource, booked: Book
) -> None:
    service.other_durations_minutes = [120]
    service.save()
    other = ProviderFactory.create(business=service.business)
    service.providers.add(other)
    booked(at(8), provider_id=provider.pk)
    mine = api.get("availability/", times_of(service, provider=str(provider.public_id))).json()
    assert starts_of(mine)[0] == "2027-03-02T10:00:00+01:00"
    long = api.get("availability/", times_of(service, duration_minutes=120)).json()
    assert long["days"][0]["slots"][0]["end"] == "2027-03-02T11:00:00+01:00"
    assert long["days"][0]["slots"][0]["providers"] == [str(other.public_id)]
    assert starts_of(api.get("availability/", times_of(service, spots=2)).json()) == []


def test_a_hold_hides_its_time_from_all_but_its_holder(api: Api, service: Service) -> None:
    hold = place_hold(wish=Wish(service=service), start=at(8), holder="me")
    first = "2027-03-02T09:00:00+01:00"
    assert first not in starts_of(api.get("availability/", times_of(service)).json())
    mine = times_of(service, hold=str(hold.public_id))
    assert first in starts_of(api.get("availability/", mine).json())


def test_planned_sessions_are_offered_by_their_public_id(api: Api, course: Service) -> None:
    session = plan(course, at(17))
    answer = api.get("availability/", times_of(course)).json()
    assert answer["days"][0] == {
        "date": "2027-03-02",
        "total_available": 1,
        "slots": [
            {
                "start": "2027-03-02T18:00:00+01:00",
                "end": "2027-03-02T19:00:00+01:00",
                "spots_left": 8,
                "available": True,
                "session": str(session.public_id),
                "providers": [str(session.provider.public_id)],
            }
        ],
    }


def test_full_sessions_are_told_when_asked_for(api: Api, course: Service, booked: Book) -> None:
    full, free = plan(course, at(9), capacity=1), plan(course, at(17))
    booked(at(9), service=course, session_id=full.pk)
    assert len(starts_of(api.get("availability/", times_of(course)).json())) == 1
    answer = api.get("availability/", times_of(course, include="full")).json()
    [day] = answer["days"]
    assert day["total_available"] == 1
    assert [(slot["session"], slot["spots_left"], slot["available"]) for slot in day["slots"]] == [
        (str(full.public_id), 0, False),
        (str(free.public_id), 8, True),
    ]
    assert answer["next_available"] == "2027-03-02T18:00:00+01:00"


def test_a_session_whose_provider_has_left_is_still_told(api: Api, course: Service) -> None:
    session = plan(course, at(17))
    Resource.objects.filter(pk=session.provider_id).update(is_active=False)
    [slot] = api.get("availability/", times_of(course)).json()["days"][0]["slots"]
    assert slot["providers"] == [str(session.provider.public_id)]


def test_a_class_made_on_demand_can_be_joined(api: Api, service: Service, booked: Book) -> None:
    service.capacity = 3
    service.save()
    session = booked(at(8)).session
    assert session is not None
    [day] = api.get("availability/", times_of(service)).json()["days"]
    joined, new = day["slots"][0], day["slots"][1]
    assert (joined["session"], joined["spots_left"]) == (str(session.public_id), 2)
    assert (new["session"], new["spots_left"]) == (None, 3)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"service": ""}, "service"),
        ({"service": "nothing"}, "service"),
        ({"start": ""}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"start": "1900-01-01"}, "start"),
        ({"end": "9999-12-31"}, "end"),
        ({"end": "2027-03-01"}, "end"),
        ({"end": "2027-05-03"}, "end"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"provider": "1"}, "provider"),
        ({"duration_minutes": "61"}, "duration_minutes"),
        ({"spots": "0"}, "spots"),
        ({"spots": "1001"}, "spots"),
        ({"spots": "²"}, "spots"),
        ({"hold": "mine"}, "hold"),
        ({"include": "everything"}, "include"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(
    api: Api, service: Service, query: dict[str, str], field: str
) -> None:
    response = api.get("availability/", times_of(service) | query)
    assert problem_of(response) == (400, "validation_error")
    assert list(response.json()["errors"]) == [field]


def test_all_bad_parameters_are_named_at_once(api: Api, service: Service) -> None:
    errors = api.get("availability/", {"service": "haircut", "spots": "x"}).json()["errors"]
    assert sorted(errors) == ["end", "spots", "start"]


def test_sixty_two_days_can_be_asked_for(api: Api, service: Service) -> None:
    answer = api.get("availability/", times_of(service, end="2027-05-02")).json()
    assert len(answer["days"]) == 62


def test_nobody_of_another_business_can_be_asked_for(api: Api, service: Service) -> None:
    foreign = ServiceFactory.create(slug="foreign")
    response = api.get("availability/", times_of(foreign))
    assert problem_of(response) == (400, "validation_error")
    theirs = times_of(service, provider=str(foreign.providers.get().public_id))
    nobody = times_of(service, provider="00000000-0000-4000-8000-000000000000")
    answers = [api.get("availability/", query) for query in (theirs, nobody)]
    assert [problem_of(answer) for answer in answers] == [(400, "validation_error")] * 2
    assert answers[0].content == answers[1].content


def test_a_hold_of_another_business_changes_nothing(api: Api, service: Service) -> None:
    foreign = ServiceFactory.create()
    hold = place_hold(wish=Wish(service=foreign), start=at(8), holder="me")
    asked = times_of(service, hold=str(hold.public_id))
    plain = api.get("availability/", times_of(service))
    assert api.get("availability/", asked).content == plain.content


def test_while_bookings_are_closed_nothing_is_free(
    api: Api, service: Service, settings: Any
) -> None:
    settings.BOOKING_ENABLED = False
    answer = api.get("availability/", times_of(service)).json()
    assert (starts_of(answer), answer["next_available"]) == ([], None)
    settings.BOOKING_ENABLED = True
    service.paused_until = date(2027, 4, 1)
    service.save()
    answer = api.get("availability/", times_of(service)).json()
    assert (starts_of(answer), answer["next_available"]) == ([], None)


@pytest.mark.parametrize("providers", [1, 3])
@pytest.mark.parametrize("days", [1, 62])
def test_two_queries_answer_for_anybody_and_any_range(
    api: Api, business: Business, providers: int, days: int
) -> None:
    people = ProviderFactory.create_batch(providers, business=business)
    service = ServiceFactory.create(business=business, providers=people)
    end = date(2027, 3, 2) + timedelta(days=days - 1)
    query = times_of(service, end=end.isoformat())
    api.get("availability/", query)
    with CaptureQueriesContext(connection) as queries:
        assert api.get("availability/", query).status_code == 200
    assert len(queries) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_sessions_take_four_queries_whatever_their_number(
    api: Api, course: Service, count: int
) -> None:
    for number in range(count):
        plan(course, at(9 + 2 * number))
    api.get("availability/", times_of(course))
    with CaptureQueriesContext(connection) as queries:
        assert len(starts_of(api.get("availability/", times_of(course)).json())) == count
    assert len(queries) == 4
