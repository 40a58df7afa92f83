"""Planned sessions in the admin: planned, seen, offered otherwise, cancelled."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Business, Role, User
from booking.lifecycle import Status
from booking.models import BlockedPeriod, Service, Session, SessionSeries
from booking.operations import place_hold
from booking.wish import Wish
from tests.booking.operations.test_plan import MONDAYS, STAFF, Plan, lesson, plan, require, room
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at, member
from tests.factories import ProviderFactory

__all__ = ["lesson", "plan"]
LIST = "/admin/booking/session/"
ADD = f"{LIST}add/"


@pytest.fixture
def page(client: Client, staff: User, lesson: Service) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def session(plan: Plan) -> Session:
    [made] = plan(MONDAYS[0])
    return made


def form(lesson: Service, **fields: object) -> dict[str, object]:
    return {
        "business": lesson.business_id,
        "service": lesson.pk,
        "provider": lesson.providers.first().pk,  # type: ignore[union-attr]
        "day": "2027-03-08",
        "at": "18:00",
        "capacity": "",
        "location": "",
        "is_bookable": "on",
        "booking_deadline_minutes": "1440",
        "repeat": "once",
        "every_weeks": "1",
        "until": "",
        "count": "",
        "except_dates": "",
    } | fields


def series(lesson: Service, **fields: object) -> dict[str, object]:
    return form(lesson, **({"repeat": "weekly", "count": "4"} | fields))


def address_of(session: Session, verb: str = "") -> str:
    if verb:
        return f"/admin/sessions/{session.public_id}/{verb}/"
    return f"{LIST}{session.pk}/change/"


def test_one_session_is_planned_on_the_businesss_clock(page: Client, lesson: Service) -> None:
    empty = text_of(page.get(ADD))
    assert "It lasts as long as the service." in empty
    answer = page.post(ADD, form(lesson), follow=True)
    assert "The session on Mon 8 Mar, 18:00 is planned." in text_of(answer)
    session = Session.objects.get()
    assert (
        session.starts_at,
        session.ends_at - session.starts_at,
        session.capacity,
        session.booking_deadline_minutes,
        session.series,
    ) == (MONDAYS[0], timedelta(hours=1), 6, 1440, None)


def test_a_series_stays_at_its_hour_over_a_change_of_the_clock(
    page: Client, lesson: Service
) -> None:
    fields = series(lesson, capacity="3", location="Park", is_bookable="")
    answer = page.post(ADD, fields, follow=True)
    assert "4 sessions are planned, from Mon 8 Mar, 18:00 to Mon 29 Mar, 18:00." in text_of(answer)
    assert list(Session.objects.values_list("starts_at", "capacity", "is_bookable")) == [
        (start, 3, False) for start in MONDAYS
    ]
    assert SessionSeries.objects.get().recurrence == (
        "DTSTART:20270308T180000\nRRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO"
    )


def test_on_two_days_of_every_other_week_but_for_a_date(page: Client, lesson: Service) -> None:
    fields = series(
        lesson,
        every_weeks="2",
        weekdays=["0", "2"],
        count="",
        until="2027-03-24",
        except_dates="2027-03-10,\n2027-03-24",
    )
    assert page.post(ADD, fields).status_code == 302
    starts = Session.objects.values_list("starts_at", flat=True)
    assert [start.day for start in starts] == [8, 22]
    assert "EXDATE:20270310T180000,20270324T180000" in SessionSeries.objects.get().recurrence


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"day": "2027-02-01"}, "Please choose a time to come."),
        ({"day": "1815-06-18"}, "Choose a date between 2000 and 2200."),
        ({"at": "18:00:30"}, "Use whole minutes."),
        ({"capacity": "1001"}, "less than or equal to 1000"),
        ({"repeat": "weekly"}, "either a last date or how many times"),
        ({"repeat": "weekly", "count": "3", "until": "2027-04-01"}, "either a last date or how"),
        ({"repeat": "weekly", "count": "999"}, "At most 200 sessions"),
        ({"repeat": "weekly", "until": "2027-03-01"}, "No date is left."),
        ({"repeat": "weekly", "count": "3", "every_weeks": "53"}, "less than or equal to 52"),
        ({"repeat": "weekly", "count": "3", "except_dates": "Easter"}, "Write dates like"),
        ({"service": "99999999999999999999"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_planned_is_said(
    page: Client, lesson: Service, fields: dict[str, str], said: str
) -> None:
    answer = page.post(ADD, form(lesson, **fields))
    assert (answer.status_code, said in text_of(answer)) == (400, True)
    assert not Session.objects.exists()


def test_only_who_offers_it_gives_it(page: Client, lesson: Service, service: Service) -> None:
    service.capacity = 3
    service.save()
    answer = page.post(ADD, form(lesson, provider=service.providers.get().pk))
    assert f"{service.providers.get()} does not offer Class." in text_of(answer)


def test_each_date_in_the_way_is_named_with_the_ways_on(
    page: Client, lesson: Service, service: Service, booked: Book
) -> None:
    person = lesson.providers.get()
    service.providers.set([person])
    booking = booked(at(16, day=8), override=True, actor=STAFF)
    assert booking.session
    booking.session.claims.update(ends_at=at(18, day=8))
    BlockedPeriod.objects.create(
        business=lesson.business, first_date="2027-03-15", last_date="2027-03-15", reason="Fair"
    )
    answer = page.post(ADD, series(lesson))
    text = text_of(answer)
    assert answer.status_code == 409
    assert "2 sessions cannot take place as planned. Nothing has been planned." in text
    assert f"Mon 8 Mar, 18:00 Taken by Eva Klein, Mon 8 Mar, 17:00. {booking.reference}" in text
    assert "Mon 15 Mar, 18:00 Time off: Fair." in text
    assert "Plan them all the same" not in text
    left_out = page.post(ADD, series(lesson, leave_out="2027-03-08,2027-03-15"), follow=True)
    assert "2 sessions are planned, from Mon 22 Mar" in text_of(left_out)
    assert "EXDATE:20270308T180000,20270315T180000" in SessionSeries.objects.get().recurrence


def test_rules_alone_can_be_overridden(page: Client, lesson: Service) -> None:
    settings = lesson.business.settings
    settings.holidays_country = "DE"
    settings.save()
    good_friday = form(lesson, day="2027-03-26")
    text = text_of(page.post(ADD, good_friday))
    assert "1 session cannot take place as planned." in text
    assert "Fri 26 Mar, 18:00 A public holiday." in text
    assert "Leave these dates out" not in text
    assert page.post(ADD, good_friday | {"override": "on"}).status_code == 302
    assert Session.objects.get().starts_at == at(17, day=26)


def test_a_missing_room_is_explained(page: Client, lesson: Service, plan: Plan) -> None:
    hall = room(lesson.business, "Hall")
    require(lesson, hall)
    lesson.providers.add(ProviderFactory.create(business=lesson.business))
    plan(MONDAYS[0], provider=lesson.providers.last())
    text = text_of(page.post(ADD, form(lesson)))
    assert "None of “Room” is free." in text
    assert "Hall: taken by the session Class, Mon 8 Mar, 18:00 (0 of 6 places taken)." in text


def test_the_list_shows_what_comes_next_first(
    page: Client,
    staff: User,
    plan: Plan,
    booked: Book,
    lesson: Service,
    clock: time_machine.Traveller,
) -> None:
    plan()
    booked(MONDAYS[2], service=lesson, spots=3)
    booked(at(8))
    clock.move_to(MONDAYS[1] + timedelta(hours=2))
    page.force_login(staff)
    text = text_of(page.get(LIST))
    order = ["Mon 22 Mar, 18:00", "3 of 6", "Mon 29 Mar", "Mon 15 Mar", "Mon 8 Mar"]
    assert sorted(order, key=text.index) == order
    assert "Haircut" not in text.partition("Mon 22 Mar")[2]
    assert "Mon 8 Mar" not in text_of(page.get(LIST, {"when": "upcoming"}))
    assert "Mon 22 Mar" not in text_of(page.get(LIST, {"when": "past"}))


def test_its_page_lists_who_is_in_it(
    page: Client, session: Session, lesson: Service, booked: Book
) -> None:
    booking = booked(MONDAYS[0], service=lesson, spots=2)
    place_hold(wish=Wish(service=lesson), start=MONDAYS[0], holder="somebody")
    html = page.get(address_of(session))
    assert "Eva Klein 2 places Confirmed eva@example.com" in text_of(html)
    assert "1 place kept for somebody who is filling in the form, until Mon 1 Mar, 07:05." in (
        text_of(html)
    )
    assert f"/admin/bookings/{booking.reference}/decide/" in html.content.decode()


def test_places_cannot_be_fewer_than_are_taken(
    page: Client, session: Session, lesson: Service, booked: Book
) -> None:
    booked(MONDAYS[0], service=lesson, spots=5)
    fields = {"capacity": "4", "booking_deadline_minutes": "60", "location": "Park"}
    refused = page.post(address_of(session), fields)
    assert "5 places are taken already." in text_of(refused)
    assert page.post(address_of(session), fields | {"capacity": "5"}).status_code == 302
    session.refresh_from_db()
    assert (
        session.capacity,
        session.spots_taken,
        session.is_bookable,
        session.booking_deadline_minutes,
        session.location,
    ) == (5, 5, False, 60, "Park")


def test_an_empty_session_is_deleted(page: Client, session: Session) -> None:
    assert "Nobody is booked" in text_of(page.get(address_of(session, "cancel")))
    answer = page.post(address_of(session, "delete"), follow=True)
    assert "The session Class, Mon 8 Mar, 18:00 is deleted." in text_of(answer)
    assert not Session.objects.exists()


def test_one_with_bookings_is_not_deleted_by_any_door(
    page: Client, session: Session, lesson: Service, booked: Book
) -> None:
    booked(MONDAYS[0], service=lesson, spots=2)
    answer = page.post(address_of(session, "delete"), follow=True)
    assert "2 places are taken or asked for: cancel the session instead." in text_of(answer)
    chosen = {"action": "delete_selected", "_selected_action": [session.pk], "post": "yes"}
    page.post(LIST, chosen)
    assert page.post(f"{LIST}{session.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Session.objects.count() == 1


def test_a_session_is_cancelled_with_its_bookings(
    page: Client, session: Session, lesson: Service, booked: Book
) -> None:
    booking = booked(MONDAYS[0], service=lesson)
    booked(MONDAYS[0], service=lesson, name="Uwe", email="", phone="+4930901820")
    assert "Eva Klein, Uwe" in text_of(page.get(address_of(session, "cancel")))
    assert Session.objects.exists()
    text = text_of(
        page.post(address_of(session, "cancel"), {"reason": "Mara is ill."}, follow=True)
    )
    assert "Cancelled. 2 bookings were cancelled" in text
    assert "Uwe gave no e-mail: please call +4930901820." in text
    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == (Status.CANCELLED, "Mara is ill.")
    assert not Session.objects.exists()


def test_with_all_that_follow_in_its_series(page: Client, plan: Plan) -> None:
    sessions = plan(recurrence="RRULE:FREQ=WEEKLY")
    cancel = address_of(sessions[1], "cancel")
    assert "Cancel all 2 sessions after it in its series, too" in text_of(page.get(cancel))
    page.post(cancel, {"reason": "", "following": "on"})
    assert list(Session.objects.all()) == [sessions[0]]


@pytest.mark.parametrize("verb", ["cancel", "delete"])
def test_no_get_and_no_reader_cancels_anything(
    client: Client, business: Business, session: Session, verb: str
) -> None:
    client.force_login(member(business, Role.READ_ONLY))
    assert "Class" in text_of(client.get(address_of(session)))
    assert client.get(LIST).status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.post(ADD).status_code == 403
    assert client.post(address_of(session, verb)).status_code == 403
    client.force_login(member(business, Role.STAFF))
    client.get(address_of(session, verb))
    assert Session.objects.count() == 1


def test_what_was_made_on_demand_is_not_here(page: Client, booked: Book) -> None:
    booking = booked(at(8))
    assert booking.session
    assert page.get(address_of(booking.session), follow=True).redirect_chain[-1][0] == "/admin/"
    assert page.post(address_of(booking.session, "cancel")).status_code == 404


def test_people_of_another_business_plan_nothing_here(
    client: Client, stranger: User, lesson: Service
) -> None:
    client.force_login(stranger)
    asked = text_of(client.post(ADD, form(lesson)))
    assert ("for which business?" in asked, "Class" in asked) == (True, False)
    own = stranger.memberships.get().business
    answer = client.post(ADD, form(lesson, business=own.pk))
    assert (answer.status_code, "Class" in text_of(answer)) == (400, False)
    assert not Session.objects.exists()
