import pytest
from django.test import Client

from accounts.models import Role, User
from booking.links import manage_token
from booking.models import BlockedPeriod, BookingSettings, Question, Service
from booking.models import Client as BusinessClient
from notifications import messages, outbox
from notifications.models import Message
from tests.booking.web.test_pages import starts
from tests.conftest import Book, at, member

LINES = "one\r\ntwo"


def service_form(service: Service, **fields: object) -> dict[str, object]:
    return {
        "business": service.business_id,
        "name": service.name,
        "duration_minutes": 30,
        "slot_alignment": "window",
        "color": "#000000",
        "position": 0,
        "requires_approval": "unknown",
        "price_amount": "12.50",
        "is_active": "on",
        "providers": [service.providers.get().pk],
        "starts": "hours",
        "capacity": 1,
        "pending_blocks": "on",
        "required_groups-TOTAL_FORMS": 0,
        "required_groups-INITIAL_FORMS": 0,
        "questions-TOTAL_FORMS": 1,
        "questions-INITIAL_FORMS": 0,
        "questions-0-label": "2nd choice? " + "x" * 60,
        "questions-0-type": "text",
        "questions-0-position": 0,
    } | fields


def test_a_service_with_a_question_is_made_in_one_form(
    client: Client, owner: User, service: Service
) -> None:
    client.force_login(owner)
    form = service_form(service, name="Perm", description=LINES)
    answer = client.post("/admin/booking/service/add/", form)
    assert answer.status_code == 302
    made = Service.objects.get(name="Perm")
    assert (made.slug, made.price_amount, made.business) == ("perm", 1250, service.business)
    question = Question.objects.get()
    assert question.key.startswith("question_2nd_choice")
    assert len(question.key) <= 40


def test_text_of_several_lines_is_taken_everywhere(
    client: Client, owner: User, booked: Book
) -> None:
    booking = booked(at(8))
    client.force_login(owner)
    cancel = f"/admin/bookings/{booking.reference}/cancel/"
    assert client.post(cancel, {"reason": LINES}).status_code == 302
    booking.refresh_from_db()
    assert booking.cancellation_reason == "one\ntwo"
    form = {
        "business": booking.business_id,
        "name": "Eva Klein",
        "email": "eva@example.com",
        "phone": "",
        "notes": LINES,
    }
    address = f"/admin/booking/client/{booking.client_id}/change/"
    assert client.post(address, form).status_code == 302
    assert "two" in BusinessClient.objects.get().notes


def test_a_reason_that_is_too_long_is_said(client: Client, owner: User, booked: Book) -> None:
    booking = booked(at(8))
    client.force_login(owner)
    # In NFC this letter becomes two: 800 letters for a column of 500.
    reason = "\u0958" * 400
    cancel = f"/admin/bookings/{booking.reference}/cancel/"
    assert client.post(cancel, {"reason": reason}).status_code == 400


def test_nobody_finds_a_clients_link_in_the_messages(
    client: Client, booked: Book, owner: User
) -> None:
    booking = booked(at(8))
    outbox.handle_events()
    client.force_login(member(booking.business, Role.READ_ONLY))
    for _ in ("queued", "sent"):
        message = Message.objects.get(audience="client")
        for address in (
            f"/admin/notifications/message/{message.pk}/change/",
            f"/admin/messages/{message.pk}/html/",
        ):
            page = client.get(address)
            assert (page.status_code, b"Haircut" in page.content) == (200, True)
            assert manage_token(booking) not in page.content.decode()
        messages.send_due()


def test_settings_are_one_page_with_the_link_on_top(
    client: Client, owner: User, service: Service
) -> None:
    client.force_login(owner)
    page = client.get("/admin/booking/bookingsettings/", follow=True)
    assert "http://testserver/book/salon-mara/" in page.content.decode()
    settings = BookingSettings.objects.get(business=service.business)
    assert (
        settings.requires_approval,
        settings.buffer_before_minutes,
        settings.minimum_notice_minutes,
        settings.booking_horizon_days,
        settings.pending_expiry_minutes,
        settings.hold_seconds,
        settings.is_active,
    ) == (False, 0, 120, 30, 1440, 300, True)
    assert BookingSettings._meta.get_field("buffer_after_minutes").default == 15


@pytest.mark.parametrize("cookie", ["aaaa\\000b", "x"])
def test_a_broken_cookie_is_no_fault_of_ours(client: Client, service: Service, cookie: str) -> None:
    answer = client.get("/admin/", headers={"Cookie": f'sessionid="{cookie}"'})
    assert answer.status_code in {302, 400}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"starts_at": "2027-03-09T10:00"}, "a start and a later end"),
        ({"starts_at": "0001-01-01T00:00", "ends_at": "2027-03-09T10:00"}, "between 2000"),
        ({"first_date": "2027-03-09", "last_date": "9999-12-31"}, "between 2000"),
        ({"first_date": "2027-03-09", "last_date": "2027-03-08"}, "a start and a later end"),
        ({}, "a start and a later end"),
    ],
)
def test_time_off_that_makes_no_sense_is_refused(
    client: Client, owner: User, service: Service, fields: dict[str, str], said: str
) -> None:
    client.force_login(owner)
    form = {"business": service.business_id, "resource": "", "reason": ""} | fields
    answer = client.post("/admin/booking/blockedperiod/add/", form)
    assert (answer.status_code, said in answer.content.decode()) == (200, True)
    assert not BlockedPeriod.objects.exists()


def test_time_off_takes_its_times_from_the_page_at_once(
    client: Client, owner: User, service: Service
) -> None:
    client.force_login(owner)
    for fields in (
        {"first_date": "2027-03-02", "last_date": "2027-03-02"},
        {"starts_at": "2027-03-03T09:00", "ends_at": "2027-03-03T16:00"},
    ):
        form = {"business": service.business_id, "resource": "", "reason": "Away"} | fields
        assert client.post("/admin/booking/blockedperiod/add/", form).status_code == 302
    calendar = "/book/salon-mara/haircut/"
    assert starts(client.get(calendar, {"date": "2027-03-02"})) == []
    assert starts(client.get(calendar, {"date": "2027-03-03"})) == ["2027-03-03T15:00:00Z"]


def test_a_section_with_an_error_is_open(client: Client, owner: User, service: Service) -> None:
    client.force_login(owner)
    form = service_form(service, name="Perm", slot_interval_minutes="1")
    html = client.post("/admin/booking/service/add/", form).content.decode()
    before, after = html.split("When it can be booked", 1)
    assert "greater than or equal to 5" in after
    assert "<details" not in before.rsplit("<fieldset", 1)[-1]


def test_the_token_of_an_expired_session_is_explained(owner: User, service: Service) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/admin/login/", {"username": owner.email, "password": "x"})
    assert answer.status_code == 403
    assert "This form can no longer be sent" in answer.content.decode()
