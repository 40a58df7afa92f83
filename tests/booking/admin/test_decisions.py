import pytest
from django.test import Client

from accounts.models import Role, User
from booking.events import Event
from booking.lifecycle import Status
from booking.models import Booking, Service
from notifications.models import OutboxEvent
from tests.conftest import Book, at, member


@pytest.fixture
def request_(booked: Book, service: Service) -> Booking:
    service.requires_approval = True
    service.save()
    return booked(at(8))


def address(booking: Booking, verb: str) -> str:
    return f"/admin/bookings/{booking.reference}/{verb}/"


def test_approving_is_one_post(client: Client, owner: User, request_: Booking) -> None:
    client.force_login(owner)
    answer = client.post(address(request_, "approve"), follow=True)
    assert "Approved. Eva Klein is told by mail." in answer.content.decode()
    request_.refresh_from_db()
    assert (request_.status, request_.approved_by) == (Status.CONFIRMED, owner)


def test_declining_sends_the_reason(client: Client, owner: User, request_: Booking) -> None:
    client.force_login(owner)
    client.post(address(request_, "reject"), {"reason": "We are closed then."})
    request_.refresh_from_db()
    assert (request_.status, request_.rejection_reason) == (
        Status.REJECTED,
        "We are closed then.",
    )


def test_staff_can_cancel_what_is_confirmed(client: Client, staff: User, booked: Book) -> None:
    booking = booked(at(8))
    client.force_login(staff)
    client.post(address(booking, "cancel"), {"reason": "Ali is ill."})
    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == (Status.CANCELLED, "Ali is ill.")


@pytest.mark.parametrize(
    ("ticked", "said"),
    [({"tell_client": "on"}, "Eva Klein is told by mail."), ({}, "No mail was sent to the client")],
)
def test_whether_the_client_hears_of_it_is_a_choice(
    client: Client, staff: User, booked: Book, ticked: dict[str, str], said: str
) -> None:
    booking = booked(at(8))
    client.force_login(staff)
    assert 'name="tell_client"' in client.get(address(booking, "decide")).content.decode()
    answer = client.post(address(booking, "cancel"), {"reason": "", **ticked}, follow=True)
    assert said in answer.content.decode()
    event = OutboxEvent.objects.get(name=Event.CANCELLED)
    assert event.payload["tell_client"] is bool(ticked)


@pytest.mark.parametrize("verb", ["approve", "reject", "cancel"])
def test_no_get_decides_anything(client: Client, owner: User, request_: Booking, verb: str) -> None:
    client.force_login(owner)
    assert client.get(address(request_, verb)).status_code in {302, 405}
    request_.refresh_from_db()
    assert request_.status == Status.PENDING


def test_the_second_of_two_is_told(
    client: Client, owner: User, staff: User, request_: Booking
) -> None:
    client.force_login(owner)
    client.post(address(request_, "approve"))
    client.force_login(staff)
    answer = client.post(address(request_, "reject"), {"reason": ""}, follow=True)
    assert "confirmed and cannot become declined" in answer.content.decode()
    request_.refresh_from_db()
    assert request_.status == Status.CONFIRMED


@pytest.mark.parametrize("verb", ["decide", "approve", "reject", "cancel"])
def test_of_another_business_nothing_is_seen_or_done(
    client: Client, stranger: User, request_: Booking, verb: str
) -> None:
    client.force_login(stranger)
    get, post = client.get(address(request_, verb)), client.post(address(request_, verb))
    assert {get.status_code, post.status_code} <= {302, 404, 405}
    assert b"Eva Klein" not in get.content + post.content
    request_.refresh_from_db()
    assert request_.status == Status.PENDING


@pytest.mark.parametrize("verb", ["approve", "reject", "cancel"])
def test_read_only_members_see_and_do_not_decide(
    client: Client, request_: Booking, verb: str
) -> None:
    client.force_login(member(request_.business, Role.READ_ONLY))
    page = client.get(address(request_, "decide"))
    assert (page.status_code, b"<form" in page.content.split(b"</header>")[-1]) == (200, False)
    assert client.post(address(request_, verb)).status_code == 403
    request_.refresh_from_db()
    assert request_.status == Status.PENDING


def test_a_post_without_djangos_token_is_refused(owner: User, request_: Booking) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.post(address(request_, "approve")).status_code == 403


def test_nobody_is_led_to_another_site(client: Client, owner: User, request_: Booking) -> None:
    client.force_login(owner)
    for wanted in ("https://evil.example/", "//evil.example", "/admin/booking/booking/"):
        answer = client.post(address(request_, "approve"), {"next": wanted})
        assert answer.headers["Location"].startswith("/admin/")


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("approve_selected", Status.CONFIRMED, "2 requests approved."),
        ("reject_selected", Status.REJECTED, "2 requests declined."),
    ],
)
def test_several_are_decided_from_the_list(
    client: Client,
    owner: User,
    request_: Booking,
    booked: Book,
    action: str,
    status: Status,
    said: str,
) -> None:
    second = booked(at(9), service=Service.objects.get())
    client.force_login(owner)
    chosen = {"action": action, "_selected_action": [request_.pk, second.pk]}
    answer = client.post("/admin/booking/booking/", chosen, follow=True)
    assert said in answer.content.decode()
    assert set(Booking.objects.values_list("status", flat=True)) == {status}


def test_the_list_shows_requests_first(
    client: Client, owner: User, booked: Book, service: Service
) -> None:
    booked(at(8), name="Confirmed Carl")
    service.requires_approval = True
    service.save()
    booked(at(12), name="Pending Paul")
    client.force_login(owner)
    html = client.get("/admin/booking/booking/").content.decode()
    assert html.index("Pending Paul") < html.index("Confirmed Carl")
