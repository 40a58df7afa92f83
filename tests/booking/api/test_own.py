from datetime import timedelta
from typing import Any

import pytest
import time_machine

from booking.links import manage_token
from booking.models import Booking, HistoryEntry, Service, Source
from tests.booking.api.conftest import Api, problem_of
from tests.conftest import Book, at
from tests.factories import ServiceFactory


def bearer(booking: Booking) -> dict[str, str]:
    return {"Authorization": f"Bearer osm_{manage_token(booking)}"}


def own(booking: Booking, path: str = "") -> str:
    return f"/api/v1/bookings/{booking.reference}/{path}"


def test_a_client_sees_and_cancels_by_the_token(api: Api, booked: Book) -> None:
    booking = booked(at(8))
    seen = api.get(own(booking), headers=bearer(booking)).json()
    assert (seen["reference"], seen["status"]) == (booking.reference, "confirmed")
    assert api.get(own(booking)).headers["Cache-Control"] == "no-store"
    cancelled = api.post(own(booking, "cancel/"), {"reason": "I am ill."}, bearer(booking))
    assert cancelled.status_code == 200
    assert cancelled.json() == seen | {
        "status": "cancelled",
        "cancelled_at": "2027-03-01T07:00:00+01:00",
        "cancellation_reason": "I am ill.",
    }
    entry = HistoryEntry.objects.get(event="booking.cancelled")
    assert (entry.source, entry.after["reason"]) == (Source.API, "I am ill.")


def test_cancelling_again_or_without_a_reason_is_no_error(api: Api, booked: Book) -> None:
    booking = booked(at(8))
    answers = [api.post(own(booking, "cancel/"), {}, bearer(booking)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert "cancellation_reason" not in answers[0].json()


@pytest.mark.parametrize("reason", ["x" * 501, "a\u202eb", ["ill"], {"a": 1}, "\ud800", True])
def test_a_reason_keeps_the_rule_of_the_page(api: Api, booked: Book, reason: Any) -> None:
    booking = booked(at(8))
    response = api.post(own(booking, "cancel/"), {"reason": reason}, bearer(booking))
    assert problem_of(response) == (400, "validation_error")
    assert list(response.json()["errors"]) == ["reason"]


def test_past_the_deadline_a_client_cannot_cancel(
    api: Api, service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    service.business.settings.cancellation_notice_minutes = 24 * 60
    service.business.settings.save()
    booking = booked(at(8))
    clock.shift(timedelta(hours=3))
    response = api.post(own(booking, "cancel/"), {}, bearer(booking))
    assert problem_of(response) == (422, "policy_violation")


def test_what_has_expired_cannot_be_cancelled(
    api: Api, service: Service, booked: Book, clock: time_machine.Traveller
) -> None:
    service.requires_approval = True
    service.save()
    booking = booked(at(8))
    clock.shift(timedelta(days=1))
    seen = api.get(own(booking), headers=bearer(booking)).json()
    assert seen["status"] == "expired"
    response = api.post(own(booking, "cancel/"), {}, bearer(booking))
    assert problem_of(response) == (409, "invalid_transition")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer osm_", "Bearer osm_x.1.y", "Basic osm_x", "Bearer osk_x", "osm_é"],
)
def test_without_a_token_nothing_is_told(api: Api, booked: Book, authorization: str) -> None:
    booking = booked(at(8))
    headers = {"Authorization": authorization}
    for response in (
        api.get(own(booking), headers=headers),
        api.post(own(booking, "cancel/"), {}, headers),
    ):
        assert problem_of(response) == (401, "not_authenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert Booking.objects.get().status == "confirmed"


def test_a_token_opens_its_own_booking_only(api: Api, booked: Book) -> None:
    mine, other = booked(at(8)), booked(at(9), email="b@example.com")
    foreign = booked(at(8), service=ServiceFactory.create())
    paths = [own(other), own(foreign), "/api/v1/bookings/0000-0000-00/"]
    answers = [api.get(path, headers=bearer(mine)) for path in paths]
    assert [problem_of(answer) for answer in answers] == [(404, "not_found")] * 3
    assert len({answer.content for answer in answers}) == 1


def test_a_token_ends_with_the_next_version_and_a_month_after(
    api: Api, booked: Book, clock: time_machine.Traveller
) -> None:
    booking = booked(at(8))
    old = bearer(booking)
    booking.link_version += 1
    booking.save()
    assert problem_of(api.get(own(booking), headers=old)) == (401, "not_authenticated")
    clock.shift(timedelta(days=32))
    late = api.get(own(booking), headers=bearer(booking))
    assert problem_of(late) == (401, "not_authenticated")
