"""Staff move a booking for a caller, or give it to somebody else."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role, User
from booking.events import Event
from booking.models import Booking, Service
from booking.operations import cancel_booking, request_move
from notifications.models import OutboxEvent
from tests.booking.web.test_pages import text_of
from tests.conftest import CLIENT, Book, at
from tests.factories import ProviderFactory


@pytest.fixture
def desk(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def page(booking: Booking, query: str = "") -> str:
    return reverse("admin:booking_move", args=[booking.reference]) + query


def stored(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def test_the_free_times_of_a_day_are_those_of_the_same_provider(
    desk: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    answer = desk.get(page(booking, "?date=2027-03-02"))
    assert (answer.status_code, answer.context["asked"].provider) == (200, booking.provider)
    assert answer.context["day"].times[0].label == "09:00"
    anyone = desk.get(page(booking, "?date=2027-03-02&provider=any"))
    assert anyone.context["asked"].provider is None
    assert "provider=any" in anyone.context["day"].times[0].address


def test_asking_moves_nothing_and_a_post_does(desk: Client, booked: Book, staff: User) -> None:
    booking = booked(at(8))
    address = page(booking, "?start=2027-03-02T13:00:00Z")
    assert "Move the booking" in text_of(desk.get(address))
    assert stored(booking).starts_at == at(8)
    answer = desk.post(address, {"move": "1", "tell_client": "on"}, follow=True)
    assert "Moved to Tue 2 Mar, 14:00, with" in text_of(answer)
    moved = stored(booking)
    entry = moved.history.get(event=Event.MOVED)
    assert (moved.starts_at, entry.actor) == (at(13), staff)


@pytest.mark.parametrize(("form", "told"), [({"tell_client": "on"}, True), ({}, False)])
def test_whether_the_client_is_told_is_a_choice(
    desk: Client, booked: Book, form: dict[str, str], *, told: bool
) -> None:
    booking = booked(at(8))
    desk.post(page(booking, "?start=2027-03-02T13:00:00Z"), {"move": "1", **form})
    assert OutboxEvent.objects.get(name=Event.MOVED).payload["tell_client"] is told


def test_somebody_else_takes_over_at_the_same_time(
    desk: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    desk.post(page(booking, f"?start=2027-03-02T08:00:00Z&provider={other.pk}"), {"move": "1"})
    assert (stored(booking).provider, stored(booking).starts_at) == (other, at(8))


def test_a_rule_is_broken_only_after_its_warning(desk: Client, booked: Book) -> None:
    booking = booked(at(8))
    address = page(booking, "?start=2027-03-02T03:00:00Z")
    shown = desk.get(address)
    assert "This time breaks a rule" in text_of(shown)
    assert desk.post(address, {"move": "1"}).status_code == 422
    assert stored(booking).starts_at == at(8)
    desk.post(address, {"move": "1", "warned": shown.context["warned"]})
    assert stored(booking).starts_at == at(3)


def test_what_somebody_else_has_is_refused_with_the_nearest(desk: Client, booked: Book) -> None:
    booking = booked(at(8))
    booked(at(13), email="other@example.com")
    answer = desk.post(page(booking, "?start=2027-03-02T13:00:00Z"), {"move": "1"})
    assert (answer.status_code, stored(booking).starts_at) == (409, at(8))
    assert answer.context["alternatives"]


def test_what_is_over_leads_back(desk: Client, booked: Book) -> None:
    booking = cancel_booking(booking=booked(at(8)), reason="", actor=CLIENT)
    answer = desk.get(page(booking))
    assert answer.headers["Location"] == reverse("admin:booking_decide", args=[booking.reference])


def test_only_who_serves_the_business_may(
    client: Client, booked: Book, staff: User, stranger: User
) -> None:
    booking = booked(at(8))
    client.force_login(stranger)
    assert client.get(page(booking)).status_code == 404
    Membership.objects.filter(user=staff).update(role=Role.READ_ONLY)
    client.force_login(staff)
    assert client.post(page(booking, "?start=2027-03-02T13:00:00Z")).status_code == 403
    assert stored(booking).starts_at == at(8)


@pytest.mark.parametrize("query", ["?start=soon", "?provider=99999", "?date=2027-02-30"])
def test_an_address_that_cannot_be_read(desk: Client, booked: Book, query: str) -> None:
    assert desk.get(page(booked(at(8)), query)).status_code == 400


@pytest.mark.parametrize(("button", "start"), [("agree", at(13, day=3)), ("decline", at(8, day=3))])
def test_a_wish_is_answered_on_the_decision_page(
    desk: Client, booked: Book, button: str, start: object
) -> None:
    booking = request_move(booking=booked(at(8, day=3)), start=at(13, day=3), actor=CLIENT)
    shown = desk.get(reverse("admin:booking_decide", args=[booking.reference]))
    assert "The client asks for another time Wed 3 Mar, 14:00" in text_of(shown)
    answer = reverse("admin:booking_move_answer", args=[booking.reference])
    assert desk.get(answer).status_code == 302
    assert stored(booking).starts_at == at(8, day=3)
    desk.post(answer, {button: "1", "reason": "Sorry."})
    assert stored(booking).starts_at == start
    again = desk.post(answer, {button: "1"}, follow=True)
    assert "Nobody waits for an answer about a new time any more." in text_of(again)


def test_who_has_left_gives_the_booking_to_anybody(
    desk: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    booking.provider.is_active = False
    booking.provider.save()
    shown = desk.get(page(booking))
    assert (shown.status_code, shown.context["asked"].provider) == (200, None)
    desk.post(page(booking, "?start=2027-03-02T08:00:00Z"), {"move": "1"})
    assert stored(booking).provider == other


@pytest.mark.parametrize("query", ["", "?provider=any&start=2027-03-02T13:00:00Z"])
def test_what_is_no_longer_offered_has_no_times(
    desk: Client, booked: Book, service: Service, query: str
) -> None:
    booking = booked(at(8))
    service.is_active = False
    service.save()
    for answer in (desk.get(page(booking, query)), desk.post(page(booking, query), {"move": "1"})):
        assert answer.status_code == 302
    assert stored(booking).starts_at == at(8)


def test_a_length_that_was_agreed_is_no_obstacle(
    desk: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    service.duration_minutes = 45
    service.save()
    address = page(booking, "?start=2027-03-02T13:00:00Z")
    assert desk.get(address).context["obstacles"] is None
    desk.post(address, {"move": "1"})
    assert (stored(booking).starts_at, stored(booking).duration_minutes) == (at(13), 60)
