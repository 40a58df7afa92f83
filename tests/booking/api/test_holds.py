from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Business
from booking.models import Hold, HoldPurpose, Service
from booking.operations import place_hold
from booking.wish import Wish
from tests.booking.api.conftest import Api, problem_of
from tests.booking.api.test_availability import plan
from tests.conftest import Book, at
from tests.factories import ServiceFactory

START = "2027-03-02T08:00:00Z"
KEYS = ["id", "expires_at", "provider", "session", "start", "end"]


def test_a_time_is_kept_extended_once_and_given_back(
    api: Api, service: Service, clock: time_machine.Traveller
) -> None:
    response = api.post("holds/", {"service": service.slug, "start": START})
    assert response.status_code == 201
    held = response.json()
    assert list(held) == KEYS
    assert (held["start"], held["end"]) == (
        "2027-03-02T09:00:00+01:00",
        "2027-03-02T10:00:00+01:00",
    )
    assert held["expires_at"] == "2027-03-01T07:05:00+01:00"
    clock.shift(60)
    ends = [api.post(f"holds/{held['id']}/extend/").json()["expires_at"] for _ in range(2)]
    assert ends == ["2027-03-01T07:06:00+01:00"] * 2
    assert api.delete(f"holds/{held['id']}/").status_code == 204
    assert Hold.objects.count() == 0
    assert problem_of(api.delete(f"holds/{held['id']}/")) == (404, "not_found")


def test_a_hold_that_is_over_is_not_extended(
    api: Api, service: Service, clock: time_machine.Traveller
) -> None:
    held = api.post("holds/", {"service": service.slug, "start": START}).json()
    clock.shift(timedelta(minutes=6))
    assert problem_of(api.post(f"holds/{held['id']}/extend/")) == (409, "hold_expired")


def test_spots_of_a_session_are_kept_by_its_id_alone(api: Api, business: Business) -> None:
    course = ServiceFactory.create(business=business, starts="planned", capacity=8)
    session = plan(course, at(17))
    response = api.post("holds/", {"session": str(session.public_id), "spots": 3})
    assert response.json()["session"] == str(session.public_id)
    session.refresh_from_db()
    assert session.spots_taken == 3


def test_one_client_keeps_two_times(api: Api, service: Service) -> None:
    kept = [
        api.post("holds/", {"service": service.slug, "start": f"2027-03-02T{hour:02}:00:00Z"})
        for hour in (8, 9, 10)
    ]
    assert [answer.status_code for answer in kept] == [201, 201, 429]
    assert problem_of(kept[2]) == (429, "throttled")
    assert kept[2].headers["Retry-After"] == "60"


def test_a_time_that_is_gone_comes_with_others(api: Api, service: Service, booked: Book) -> None:
    booked(at(8))
    response = api.post("holds/", {"service": service.slug, "start": START})
    assert problem_of(response) == (409, "slot_taken")
    first = response.json()["alternatives"][0]
    assert list(first) == ["start", "end", "spots_left", "available", "session", "providers"]
    assert first["start"] == "2027-03-02T10:00:00+01:00"


def test_nothing_is_told_of_holds_of_another_business(api: Api, service: Service) -> None:
    hold = place_hold(wish=Wish(service=ServiceFactory.create()), start=at(8), holder="x")
    absent = "00000000-0000-4000-8000-000000000000"
    answers = [
        call(f"holds/{public_id}/{path}").content
        for public_id in (hold.public_id, absent)
        for call, path in ((api.delete, ""), (api.post, "extend/"))
    ]
    assert len(set(answers)) == 1
    assert Hold.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["service", "start"]),
        ({"service": "haircut"}, ["start"]),
        ({"service": "nothing", "start": START}, ["service"]),
        ({"service": "haircut", "start": "soon"}, ["start"]),
        ({"service": "haircut", "start": "2027-03-02T08:00:30Z"}, ["start"]),
        ({"service": "haircut", "start": START, "provider": "me"}, ["provider"]),
        ({"service": "haircut", "start": START, "spots": 0}, ["spots"]),
        ({"service": "haircut", "start": START, "duration_minutes": 45}, ["duration_minutes"]),
        ({"service": "haircut", "start": START, "timezone": "Mars/Base"}, ["timezone"]),
        ({"session": "00000000-0000-4000-8000-000000000000"}, ["session"]),
        ({"session": "first"}, ["session"]),
    ],
)
def test_what_is_wrong_is_said_by_field(
    api: Api, service: Service, body: dict[str, Any], fields: list[str]
) -> None:
    response = api.post("holds/", body)
    assert problem_of(response) == (400, "validation_error")
    assert sorted(response.json()["errors"]) == fields


def test_a_session_and_its_service_and_start_must_agree(api: Api, business: Business) -> None:
    course = ServiceFactory.create(business=business, starts="planned", capacity=8)
    session = {"session": str(plan(course, at(17)).public_id)}
    for wrong in ({"service": "haircut"}, {"start": START}):
        response = api.post("holds/", session | wrong)
        assert list(response.json()["errors"]) == list(wrong)
    right = {"service": course.slug, "start": "2027-03-02T18:00:00+01:00"}
    assert api.post("holds/", session | right).status_code == 201


@pytest.mark.parametrize(
    ("start", "zone", "status"),
    [
        ("2027-03-02T09:00", None, 201),
        ("2027-03-02T08:00", "Europe/London", 201),
        # Clocks go from 02:00 to 03:00 on 28 March, and twice through 02:30 on 31 October.
        ("2027-03-28T02:30", None, 400),
        ("2027-10-31T02:30", None, 400),
        ("2027-10-31T02:30+02:00", None, 422),
    ],
)
def test_a_time_without_offset_is_read_in_the_zone_if_it_is_one_there(
    api: Api, service: Service, start: str, zone: str | None, status: int
) -> None:
    body = {"service": service.slug, "start": start} | ({"timezone": zone} if zone else {})
    assert api.post("holds/", body).status_code == status


def test_what_staff_keep_is_not_given_back_by_its_id(api: Api, service: Service) -> None:
    hold = place_hold(wish=Wish(service=service), start=at(8), holder="staff")
    Hold.objects.update(purpose=HoldPurpose.OFFER)
    assert problem_of(api.delete(f"holds/{hold.public_id}/")) == (404, "not_found")
    assert problem_of(api.post(f"holds/{hold.public_id}/extend/")) == (404, "not_found")
