"""Moving a booking by the client's own link, from the month to the mail."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.links import manage_token
from booking.models import Booking, BookingSettings, Service, Session
from booking.operations import cancel_booking
from tests.booking.web.test_pages import text_of
from tests.conftest import CLIENT, Book, at
from tests.factories import PlannedSessionFactory, ProviderFactory


def page(booking: Booking, query: str = "") -> str:
    return reverse("booking:reschedule", args=[manage_token(booking)]) + query


def stored(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def test_the_month_offers_the_old_time_and_the_others(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    answer = client.get(page(booking, "?date=2027-03-02"))
    labels = [time.label for time in answer.context["calendar"].times]
    assert (answer.status_code, labels[:2]) == (200, ["09:00", "10:00"])
    assert "Until now Tuesday, 2 March 2027, 09:00" in text_of(answer)


def test_choosing_asks_and_moves_nothing(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    answer = client.get(page(booking, "?chosen=2027-03-02T13:00:00Z"))
    text = text_of(answer)
    assert (answer.status_code, stored(booking).starts_at) == (200, at(8))
    assert "Move this appointment?" in text
    assert "New time Tuesday, 2 March 2027, 14:00" in text


def test_a_post_moves_and_leads_to_the_new_link(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    answer = client.post(page(booking), {"start": "2027-03-02T13:00:00+00:00"})
    moved = stored(booking)
    assert (answer.status_code, moved.starts_at) == (303, at(13))
    assert answer.headers["Location"] == reverse("booking:own", args=[manage_token(moved)])
    assert client.get(page(booking)).status_code == 410
    assert "14:00" in text_of(client.get(answer.headers["Location"]))


def test_sending_the_same_form_twice_moves_once(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    form = {"start": "2027-03-02T13:00:00+00:00"}
    statuses = [client.post(page(booking), form).status_code for _ in range(2)]
    assert (statuses, stored(booking).sequence) == ([303, 410], 1)


def test_looking_never_writes(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    before = Booking.objects.values().get()
    for query in ("", "?chosen=2027-03-02T13:00:00Z", "?date=2027-03-04&provider=any"):
        for method in ("get", "head", "options"):
            getattr(client, method)(page(booking, query))
    assert Booking.objects.values().get() == before


def test_a_time_that_has_gone_offers_the_nearest(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    booked(at(13), email="other@example.com")
    answer = client.post(page(booking), {"start": "2027-03-02T13:00:00+00:00"})
    text = text_of(answer)
    assert (answer.status_code, stored(booking).starts_at) == (409, at(8))
    assert "your appointment stays as it was" in text
    assert "12:00" in text


@pytest.mark.parametrize("start", ["", "soon", "2027-03-02T13:00:00", "9" * 5000])
def test_a_start_that_cannot_be_read(client: Client, booked: Book, start: str) -> None:
    booking = booked(at(8))
    answer = client.post(page(booking), {"start": start})
    assert (answer.status_code, stored(booking).starts_at) == (400, at(8))


def test_another_site_cannot_move_it(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    form = {"start": "2027-03-02T13:00:00+00:00"}
    answer = client.post(page(booking), form, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, stored(booking).starts_at) == (403, at(8))


def test_it_stays_with_the_same_provider_unless_said_otherwise(
    client: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    assert client.get(page(booking)).context["query"].provider == booking.provider
    anybody = client.get(page(booking, "?provider=any&date=2027-03-04"))
    assert anybody.context["query"].provider is None
    links = [day.address for week in anybody.context["calendar"].weeks for day in week if day.free]
    assert {parse_qs(urlsplit(link).query)["provider"][0] for link in links} == {"any"}
    form = {"start": "2027-03-02T13:00:00+00:00", "provider": str(other.public_id)}
    client.post(page(booking), form)
    assert stored(booking).provider == other


def test_a_class_is_moved_to_another_one(client: Client, booked: Book, service: Service) -> None:
    Service.objects.filter(pk=service.pk).update(starts="planned", capacity=6)
    first, second = (
        PlannedSessionFactory.create(service=service, starts_at=at(hour)) for hour in (8, 13)
    )
    booking = booked(at(8), session_id=first.pk)
    asked = client.get(page(booking, f"?chosen=2027-03-02T13:00:00Z {second.public_id}"))
    assert str(second.public_id) in asked.content.decode()
    form = {"start": "2027-03-02T13:00:00+00:00", "session": str(second.public_id)}
    assert client.post(page(booking), form).status_code == 303
    assert dict(Session.objects.values_list("pk", "spots_taken")) == {first.pk: 0, second.pk: 1}


def test_past_the_deadline_the_page_says_whom_to_call(
    client: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    BookingSettings.objects.update(reschedule_notice_minutes=3 * 1440)
    service.business.phone = "+49 30 1234567"
    service.business.save()
    text = text_of(client.get(page(booking)))
    assert "Moving it online was possible until Saturday, 27 February 2027" in text
    assert "Please call +49 30 1234567" in text
    form = {"start": "2027-03-02T13:00:00+00:00"}
    assert client.post(page(booking), form).status_code == 409
    assert stored(booking).starts_at == at(8)
    own = text_of(client.get(reverse("booking:own", args=[manage_token(booking)])))
    assert "Cancel the appointment" in own
    assert "Move the appointment" not in own


def test_what_was_cancelled_cannot_be_moved(client: Client, booked: Book) -> None:
    booking = cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    answer = client.get(page(booking))
    assert "This cannot be moved here" in text_of(answer)


def test_while_the_business_is_closed(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    BookingSettings.objects.update(is_active=False)
    assert client.get(page(booking)).status_code == 503


def test_the_month_is_as_few_queries_however_many_bookings(client: Client, booked: Book) -> None:
    booking = booked(at(8))
    client.get(page(booking))
    with CaptureQueriesContext(connection) as few:
        client.get(page(booking), headers={"HX-Request": "true"})
    for hour in (9, 10, 12):
        booked(at(hour, day=3), email=f"c{hour}@example.com")
    with CaptureQueriesContext(connection) as more:
        client.get(page(booking), headers={"HX-Request": "true"})
    assert len(few) == len(more)


def test_where_staff_agree_first_it_is_asked_for(client: Client, booked: Book) -> None:
    booking = booked(at(8, day=3))
    BookingSettings.objects.update(reschedule_needs_approval=True)
    assert "Ask for another time?" in text_of(
        client.get(page(booking, "?chosen=2027-03-03T13:00:00Z"))
    )
    answer = client.post(page(booking), {"start": "2027-03-03T13:00:00+00:00"}, follow=True)
    text = text_of(answer)
    assert stored(booking).starts_at == at(8, day=3)
    assert "You asked to come on Wednesday, 3 March 2027, 14:00 instead" in text
    assert "this one stays yours" in text


def form_of(answer: Any) -> dict[str, str]:
    """What the only POST form of a page sends, as a browser would."""
    html = answer.content.decode()
    form = re.search(r'<form[^>]*method="post".*?</form>', html, re.DOTALL)
    assert form
    inputs = re.findall(r"<input[^>]*>", form[0])
    pairs = [
        (re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]*)"', each)) for each in inputs
    ]
    return {name[1]: value[1] for name, value in pairs if name and value}


@pytest.mark.parametrize("who", ["anybody", "who has left"])
def test_anybody_who_is_free_can_be_asked_for(
    client: Client, booked: Book, service: Service, who: str
) -> None:
    booking = booked(at(8))
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    if who == "who has left":
        booking.provider.is_active = False
        booking.provider.save()
    query = "&provider=any" if who == "anybody" else ""
    asked = client.get(page(booking, f"?chosen=2027-03-02T13:00:00Z{query}"))
    assert (asked.status_code, form_of(asked)["provider"]) == (200, "any")
    assert client.post(page(booking), form_of(asked)).status_code == 303
    assert stored(booking).starts_at == at(13)


def test_a_class_is_moved_by_the_form_as_it_is_shown(
    client: Client, booked: Book, service: Service
) -> None:
    Service.objects.filter(pk=service.pk).update(starts="planned", capacity=6)
    first, second = (
        PlannedSessionFactory.create(service=service, starts_at=at(hour)) for hour in (8, 13)
    )
    booking = booked(at(8), session_id=first.pk)
    month = client.get(page(booking, "?date=2027-03-02"))
    [chosen] = [time for time in month.context["calendar"].times if time.label == "14:00"]
    asked = client.get(page(booking, f"?chosen={chosen.start} {chosen.session}&provider=any"))
    assert client.post(page(booking), form_of(asked)).status_code == 303
    assert stored(booking).session == second


def test_a_length_that_was_agreed_stays_possible(
    client: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    service.duration_minutes = 45
    service.save()
    month = client.get(page(booking, "?date=2027-03-04"))
    assert month.status_code == 200
    assert month.context["calendar"].times
    links = [day.address for week in month.context["calendar"].weeks for day in week if day.free]
    assert client.get(page(booking, links[0])).status_code == 200
    form = {"start": "2027-03-04T08:00:00+00:00"}
    assert client.post(page(booking), form).status_code == 303
    assert stored(booking).duration_minutes == 60


def test_who_gave_no_mail_address_keeps_the_link(client: Client, booked: Book) -> None:
    booking = booked(at(8), email="", phone="+4930901820")
    client.post(page(booking), {"start": "2027-03-02T13:00:00+00:00"})
    assert (stored(booking).starts_at, stored(booking).link_version) == (at(13), 1)
    assert client.get(page(booking)).status_code == 200


def test_a_fragment_of_what_can_no_longer_be_moved_takes_the_whole_page(
    client: Client, booked: Book
) -> None:
    booking = cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    answer = client.get(page(booking), headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "body"


def test_while_closed_the_booking_s_page_does_not_promise_a_move(
    client: Client, booked: Book
) -> None:
    booking = booked(at(8))
    BookingSettings.objects.update(is_active=False)
    text = text_of(client.get(reverse("booking:own", args=[manage_token(booking)])))
    assert "It cannot be moved online at the moment." in text
    assert "Cancel the appointment" in text
