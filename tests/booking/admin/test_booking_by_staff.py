"""Staff book for a caller: a free time in one post, a rule broken only after a warning."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Role, User
from booking.availability import Refusal
from booking.models import (
    Booking,
    QuestionType,
    RequiredGroup,
    Resource,
    ResourceKind,
    Service,
    Source,
)
from booking.models import Client as BusinessClient
from notifications import outbox
from notifications.models import Audience, Message
from tests.booking.rules import BROKEN, change, plan, sell
from tests.booking.web.test_pages import text_of
from tests.conftest import Book, at, member
from tests.factories import ProviderFactory, QuestionFactory, ServiceFactory

PAGE = "/admin/bookings/new/"
HUGE = "9" * 30


@pytest.fixture
def desk(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def eva(service: Service) -> BusinessClient:
    made: BusinessClient = BusinessClient.objects.create(
        business=service.business, name="Eva Klein", email="eva@example.com", phone="+4930901820"
    )
    return made


def address(service: Service, start: datetime | None = None, **more: object) -> str:
    query = {"service": service.pk, "start": f"{start:%Y-%m-%dT%H:%M:%SZ}" if start else ""}
    return PAGE + "?" + "&".join(f"{name}={value}" for name, value in (query | more).items())


def form(**more: object) -> dict[str, Any]:
    return {
        "book": "1",
        "name": "Ida Vor",
        "email": "ida@example.com",
        "source": "phone",
        "tell_client": "on",
        "key": str(uuid.uuid4()),
    } | more


def warned(page: Any) -> str:
    return str(page.context["warned"])


# --- Choosing -----------------------------------------------------------------------------------


def test_one_service_needs_no_choice_and_its_first_free_day_is_shown(
    desk: Client, service: Service
) -> None:
    page = desk.get(PAGE, follow=True)
    assert page.redirect_chain == [(f"{PAGE}?service={service.pk}", 302)]
    text = text_of(page)
    assert "Monday, 1 March 2027" in text
    assert "09:00 10:00 11:00 12:00 13:00 14:00 15:00 16:00" in text


def test_several_services_are_chosen_from(desk: Client, service: Service) -> None:
    other = ServiceFactory.create(business=service.business, name="Beard")
    ServiceFactory.create(business=service.business, name="Gone", is_active=False)
    html = desk.get(PAGE).content.decode()
    assert [f"?service={pk}" in html for pk in (service.pk, other.pk)] == [True, True]
    assert "Gone" not in html


def test_who_serves_several_businesses_chooses_one_first(
    desk: Client, staff: User, service: Service, stranger: User
) -> None:
    rival = stranger.memberships.get().business
    ServiceFactory.create(business=rival, name="Rivals cut")
    Membership.objects.create(user=staff, business=rival, role=Role.READ_ONLY)
    assert desk.get(PAGE).headers["Location"] == f"{PAGE}?service={service.pk}"
    Membership.objects.filter(user=staff, business=rival).update(role=Role.STAFF)
    assert "for which business" in text_of(desk.get(PAGE))
    assert "Rivals cut" in text_of(desk.get(f"{PAGE}?business={rival.pk}", follow=True))


def test_a_day_without_free_times_names_the_next_one(desk: Client, service: Service) -> None:
    text = text_of(desk.get(address(service, date="2027-03-06")))
    assert "Nothing is free on this day. Next free: Monday, 8 March 2027" in text


def test_provider_duration_and_people_narrow_the_times(desk: Client, service: Service) -> None:
    change(service, other_durations_minutes=[120], capacity=3, slot_interval_minutes=60)
    other = ProviderFactory.create(business=service.business, name="Ali")
    service.providers.add(other)
    sell(service, at(8))
    page = desk.get(address(service, date="2027-03-02", provider=other.pk, duration=120, spots=2))
    times = page.context["day"].times
    assert [time.label for time in times] == [f"{hour:02}:00" for hour in range(10, 16)]
    assert f"provider={other.pk}&duration=120&spots=2&start=" in times[0].address


def test_sessions_show_their_places_and_full_ones_lead_nowhere(
    desk: Client, service: Service, provider: Resource
) -> None:
    plan(service, at(9))
    full = plan(service, at(12))
    full.spots_taken = 5
    full.save()
    times = desk.get(address(service, date="2027-03-02")).context["day"].times
    assert [(time.label, time.about, bool(time.address)) for time in times] == [
        ("10:00", f"{provider.name}, 5 places left", True),
        ("13:00", f"{provider.name}, full", False),
    ]
    assert f"With {provider.name}" in text_of(desk.get(PAGE + times[0].address))
    answer = desk.post(PAGE + times[0].address, form())
    assert answer.status_code == 302
    assert Booking.objects.get().starts_at == at(9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": HUGE},
        {"provider": "x"},
        {"duration": "61"},
        {"date": "soon"},
        {"date": "0001-01-01"},
        {"start": "noon"},
        {"session": "x"},
        {"at": "10:00"},
        {"date": "2027-03-02", "at": "25:00"},
    ],
)
def test_an_address_that_cannot_be_read_is_answered_kindly(
    desk: Client, service: Service, wrong: dict[str, str]
) -> None:
    change(service, other_durations_minutes=[120])
    answer = desk.get(PAGE, {"service": str(service.pk)} | wrong)
    assert answer.status_code == 400
    assert "Show free times" in text_of(answer)


# --- Booking ------------------------------------------------------------------------------------


def test_a_free_time_is_booked_at_once(desk: Client, staff: User, service: Service) -> None:
    change(service, requires_approval=True)
    answer = desk.post(address(service, at(8)), form(source="walk_in", notes="By the window"))
    booking = Booking.objects.get()
    assert answer.headers["Location"] == f"/admin/bookings/{booking.reference}/decide/"
    assert (booking.status, booking.source, booking.created_by, booking.notes) == (
        "confirmed",
        Source.WALK_IN,
        staff,
        "By the window",
    )
    text = text_of(desk.get(answer.headers["Location"]))
    assert "Booked for Ida Vor: Tue 2 Mar, 09:00" in text
    assert "Ida Vor is told by mail." in text


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_is_broken_only_after_a_warning(
    desk: Client, owner: User, service: Service, rule: Refusal
) -> None:
    start = BROKEN[rule](service)
    before = Booking.objects.count()
    page = desk.get(address(service, start))
    assert (page.status_code, warned(page)) == (200, rule)
    assert "Book it all the same" in text_of(page)

    unwarned = desk.post(address(service, start), form())
    assert (unwarned.status_code in {409, 422}, warned(unwarned)) == (True, rule)
    assert 'value="Ida Vor"' in unwarned.content.decode()
    assert Booking.objects.count() == before

    assert desk.post(address(service, start), form(warned=rule)).status_code == 302
    booking = Booking.objects.get(client_name="Ida Vor")
    assert booking.history.get().after["overridden"] == rule


def test_the_warning_is_in_plain_words(desk: Client, service: Service, provider: Resource) -> None:
    start = BROKEN[Refusal.BLOCKED](service)
    text = text_of(desk.get(address(service, start)))
    assert f"{provider.name} Time off: Dentist." in text
    assert f"You can book it all the same, with {provider.name}" in text


def test_a_rule_that_nobody_was_warned_of_is_warned_of_first(
    desk: Client, service: Service
) -> None:
    change(service, minimum_notice_minutes=3 * 24 * 60)
    answer = desk.post(address(service, at(5)), form(warned="closed"))
    assert (answer.status_code, warned(answer)) == (422, "closed notice")
    assert not Booking.objects.exists()


def test_the_history_says_in_words_what_was_overridden(desk: Client, service: Service) -> None:
    desk.post(address(service, at(5, day=1)), form(warned="closed notice"))
    booking = Booking.objects.get()
    text = text_of(desk.get(f"/admin/booking/booking/{booking.pk}/change/"))
    assert "Overridden: minimum notice, opening hours" in text


def test_what_somebody_has_is_never_overridden(
    desk: Client, booked: Book, service: Service
) -> None:
    booking = booked(at(8))
    every_rule = " ".join(Refusal)
    page = desk.get(address(service, at(8)))
    assert "Book it all the same" not in text_of(page)
    answer = desk.post(address(service, at(8)), form(warned=every_rule))
    assert answer.status_code == 409
    text = text_of(answer)
    assert f"Taken by Eva Klein, Tue 2 Mar, 09:00. {booking.reference}" in text
    assert "Nearest free times: Tue 2 Mar, 10:00" in text
    assert 'value="Ida Vor"' in answer.content.decode()
    assert Booking.objects.count() == 1


def test_a_room_is_never_overridden_and_its_booking_is_named(
    desk: Client, booked: Book, service: Service
) -> None:
    room = Resource.objects.create(business=service.business, name="Room 1", kind=ResourceKind.ROOM)
    RequiredGroup.objects.create(service=service, name="Room").resources.add(room)
    first, second = service.providers.get(), ProviderFactory.create(business=service.business)
    service.providers.add(second)
    booking = booked(at(8), provider_id=first.pk)
    answer = desk.post(address(service, at(8), provider=second.pk), form(warned=" ".join(Refusal)))
    assert answer.status_code == 409
    text = text_of(answer)
    assert ("Room 1" in text, booking.reference in text) == (True, True)
    assert Booking.objects.count() == 1


def test_spots_are_never_overridden(desk: Client, service: Service) -> None:
    plan(service, at(9))
    sell(service, at(9), spots=4)
    answer = desk.post(address(service, at(9), spots=2), form(warned=" ".join(Refusal)))
    assert answer.status_code == 409
    assert "There are not enough free places." in text_of(answer)
    assert Booking.objects.count() == 1


def test_a_day_and_time_on_the_clock_of_the_business(desk: Client, service: Service) -> None:
    page = desk.get(address(service, date="2027-03-02", at="09:20"))
    assert (page.context["asked"].start, warned(page)) == (at(8, 20), "off_grid")


def test_another_time_is_looked_at_with_all_that_was_typed(desk: Client, service: Service) -> None:
    typed = form(another="1", date="2027-03-03", at="10:00", notes="Bring the dog")
    del typed["book"]
    page = desk.post(address(service, at(5)), typed)
    assert (page.context["asked"].start, warned(page)) == (at(9, day=3), "")
    html = page.content.decode()
    assert ("Bring the dog" in html, 'value="ida@example.com"' in html) == (True, True)
    assert not Booking.objects.exists()
    lost = desk.post(address(service, at(5)), typed | {"at": "soon"})
    assert (lost.status_code, lost.context["asked"].start) == (400, at(5))
    assert "Choose a day and a time. " in text_of(lost)


def test_a_form_sent_twice_books_once(desk: Client, service: Service) -> None:
    sent = form()
    first = desk.post(address(service, at(8)), sent)
    again = desk.post(address(service, at(8)), sent)
    assert first.headers["Location"] == again.headers["Location"]
    other = desk.post(address(service, at(9)), sent)
    assert (other.status_code, Booking.objects.count()) == (422, 1)
    assert other.context["key"] != uuid.UUID(sent["key"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"email": ""}, "Please give an e-mail address or a phone number"),
        ({"phone": "12"}, "This does not look like a phone number."),
        ({"source": "web"}, "Select a valid choice."),
        ({"notes": "\0"}, "Null characters are not allowed."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    desk: Client, service: Service, wrong: dict[str, str], said: str
) -> None:
    answer = desk.post(address(service, at(8)), form(**wrong))
    assert (answer.status_code, said in text_of(answer)) == (400, True)
    assert not Booking.objects.exists()


def test_questions_may_stay_unanswered_and_what_nobody_asked_has_no_answer(
    desk: Client, service: Service
) -> None:
    QuestionFactory.create(service=service, is_required=True)
    QuestionFactory.create(
        service=service, key="new", label="First visit?", type=QuestionType.YES_NO
    )
    desk.post(address(service, at(8)), form())
    desk.post(address(service, at(9)), form(answer_topic="Fringe", answer_new="No"))
    answers = Booking.objects.order_by("starts_at").values_list("answers", flat=True)
    assert [[answer["value"] for answer in row] for row in answers] == [[], ["Fringe", "No"]]


@pytest.mark.parametrize(
    ("tell", "told"),
    [({}, {Audience.CLIENT, Audience.OWNER}), ({"tell_client": ""}, {Audience.OWNER})],
)
def test_the_client_is_told_if_ticked_and_the_business_always(
    desk: Client, owner: User, service: Service, tell: dict[str, str], told: set[Audience]
) -> None:
    sent = {name: value for name, value in form(**tell).items() if value}
    answer = desk.post(address(service, at(8)), sent, follow=True)
    outbox.handle_events()
    assert set(Message.objects.values_list("audience", flat=True)) == told
    assert ("No mail was sent." in text_of(answer)) == (Audience.CLIENT not in told)


# --- Clients ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["eva", "KLEIN eva", "eva@", "030 901820", "+49 30 901820"])
def test_a_client_is_found_by_name_mail_or_phone(
    desk: Client, service: Service, eva: BusinessClient, stranger: User, text: str
) -> None:
    BusinessClient.objects.create(
        business=stranger.memberships.get().business,
        name="Eva Klein-Rival",
        email="eva@rival.example",
        phone="+4930901820",
    )
    page = desk.post(address(service, at(8)), {"find": "1", "q": text, "notes": "Kept"})
    assert [client.pk for client in page.context["form"].found] == [eva.pk]
    html = page.content.decode()
    assert ("Kept" in html, "Rival" in html) == (True, False)
    assert not Booking.objects.exists()


@pytest.mark.parametrize("text", ["nobody", "\0", "%", "x" * 500, "12"])
def test_nobody_is_found_by_what_fits_nobody(
    desk: Client, service: Service, eva: BusinessClient, text: str
) -> None:
    page = desk.post(address(service, at(8)), {"find": "1", "q": text})
    assert (page.status_code, page.context["form"].found) == (200, [])


def test_a_chosen_client_is_booked_and_not_changed_by_what_is_typed(
    desk: Client, service: Service, eva: BusinessClient
) -> None:
    typed = form(client=eva.pk, name="Somebody", email="not an address", phone="1")
    assert desk.post(address(service, at(8)), typed).status_code == 302
    booking = Booking.objects.get()
    assert (booking.client, booking.client_name, booking.client_email) == (
        eva,
        "Eva Klein",
        "eva@example.com",
    )
    eva.refresh_from_db()
    assert (eva.name, eva.email, eva.phone) == ("Eva Klein", "eva@example.com", "+4930901820")


def test_a_client_without_mail_is_known_by_phone(desk: Client, service: Service) -> None:
    caller = BusinessClient.objects.create(
        business=service.business, name="Cal", phone="+4930901821"
    )
    desk.post(address(service, at(8)), form(client=caller.pk))
    desk.post(address(service, at(9)), form(name="Cal", email="", phone="030 901821"))
    assert list(Booking.objects.values_list("client", flat=True)) == [caller.pk] * 2


def test_a_typed_address_that_is_known_finds_its_client_unchanged(
    desk: Client, service: Service, eva: BusinessClient
) -> None:
    desk.post(address(service, at(8)), form(name="Eva Neu", email="EVA@example.com"))
    booking = Booking.objects.get()
    eva.refresh_from_db()
    assert (booking.client, booking.client_name, eva.name) == (eva, "Eva Neu", "Eva Klein")


def test_a_chosen_client_stays_while_another_is_looked_for(
    desk: Client, service: Service, eva: BusinessClient
) -> None:
    page = desk.post(address(service, at(8)), {"find": "1", "q": "nobody", "client": eva.pk})
    assert re.search(f'<input[^>]* value="{eva.pk}"[^>]* checked', page.content.decode())


# --- Whose --------------------------------------------------------------------------------------


def test_read_only_members_do_not_book(client: Client, service: Service) -> None:
    client.force_login(member(service.business, Role.READ_ONLY))
    for page in (PAGE, address(service), address(service, at(8))):
        assert client.get(page).status_code == 403
    assert client.post(address(service, at(8)), form()).status_code == 403
    for page in ("/admin/", "/admin/booking/booking/"):
        assert "Book an appointment" not in text_of(client.get(page))
    assert not Booking.objects.exists()


def test_staff_of_another_business_find_nothing(
    client: Client, service: Service, stranger: User
) -> None:
    client.force_login(stranger)
    for page in (address(service), address(service, at(8)), f"{PAGE}?business=1&service="):
        assert client.get(page).status_code == 404
    assert client.get(f"{PAGE}?business={service.business_id}").status_code == 404
    assert client.post(address(service, at(8)), form()).status_code == 404
    assert not Booking.objects.exists()


@pytest.mark.parametrize("pk", ["", "x", "0", HUGE, "9" * 5000])
def test_a_service_or_business_that_is_none_is_not_found(
    desk: Client, service: Service, pk: str
) -> None:
    assert desk.get(PAGE, {"service": pk}).status_code == 404
    assert desk.get(PAGE, {"business": pk or "x"}).status_code == 404


def test_ids_of_another_business_book_nothing(
    desk: Client, service: Service, stranger: User
) -> None:
    rival = stranger.memberships.get().business
    theirs = ServiceFactory.create(business=rival)
    session = plan(theirs, at(8))
    client = BusinessClient.objects.create(business=rival, name="Geheim", email="g@rival.example")
    provider = theirs.providers.get()
    answers = [
        desk.get(address(service, at(8), provider=provider.pk)),
        desk.post(address(service, at(8), provider=provider.pk), form()),
        desk.post(address(service, at(8), session=session.pk), form(warned=" ".join(Refusal))),
        desk.post(address(service, at(8)), form(client=client.pk)),
        desk.post(address(service, at(8)), {"find": "1", "client": client.pk, "q": "Geheim"}),
        desk.post(address(service, at(8)), form(client=HUGE)),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 422, 400, 200, 400]
    assert [b"rival.example" in answer.content for answer in answers] == [False] * 6
    assert not Booking.objects.exists()


def test_a_post_without_djangos_token_is_refused(staff: User, service: Service) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff)
    assert strict.post(address(service, at(8)), form()).status_code == 403


def test_nobody_signed_out_comes_this_far(client: Client, service: Service) -> None:
    for answer in (client.get(address(service, at(8))), client.post(address(service, at(8)))):
        assert answer.headers["Location"].startswith("/admin/login/")


# --- Ways in, and cost --------------------------------------------------------------------------


def test_home_and_list_lead_here(desk: Client, service: Service) -> None:
    assert f"{PAGE}?business={service.business_id}" in desk.get("/admin/").content.decode()
    empty = text_of(desk.get("/admin/booking/booking/"))
    assert "Or book an appointment for a caller." in empty
    desk.post(address(service, at(8)), form())
    assert f'href="{PAGE}"' in desk.get("/admin/booking/booking/").content.decode()


def test_pages_cost_as_many_queries_with_many_rows_as_with_few(
    desk: Client, service: Service
) -> None:
    def counted() -> list[int]:
        counts = []
        for page in (address(service, date="2027-03-02"), address(service, at(9))):
            desk.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(page).status_code == 200
            counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            desk.post(address(service, at(9)), {"find": "1", "q": "vor"})
        return [*counts, len(queries)]

    service.providers.add(ProviderFactory.create(business=service.business))
    sell(service, at(8))
    few = counted()
    service.providers.add(*ProviderFactory.create_batch(4, business=service.business))
    for number in range(9):
        sell(service, at(8) + timedelta(days=number // 3 * 7 + 1, hours=number % 3))
    assert counted() == few
    assert max(few) < 35
