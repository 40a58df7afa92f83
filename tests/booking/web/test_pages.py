import re
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Business
from booking.models import Service
from tests.conftest import Book, at
from tests.factories import BusinessFactory, ProviderFactory, ServiceFactory

CALENDAR = "/book/salon-mara/haircut/"


def text_of(response: object) -> str:
    html = response.content.decode()  # type: ignore[attr-defined]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def starts(response: object) -> list[str]:
    """The starts that a page offers, as the buttons of its times carry them."""
    html = response.content.decode()  # type: ignore[attr-defined]
    return re.findall(r'name="chosen"\s+value="([^" ]+)', html)


def press(client: Client, page: object, number: int = 0) -> Any:
    """Press one of the page's times; without scripts, as a form."""
    html = page.content.decode()  # type: ignore[attr-defined]
    form = html[html.index('class="times-form"') :]
    fields = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', form))
    return client.post(f"{CALENDAR}hold/", fields | {"chosen": _chosen(html)[number]})


def _chosen(html: str) -> list[str]:
    return re.findall(r'name="chosen"\s+value="([^"]+)"', html)


def test_the_business_shows_its_active_services_only(client: Client, service: Service) -> None:
    ServiceFactory.create(business=service.business, name="Old perm", is_active=False)
    page = client.get("/book/salon-mara/")
    assert page.status_code == 200
    assert "Haircut" in text_of(page)
    assert "Old perm" not in text_of(page)


def test_home_leads_to_the_only_business_and_lists_several(
    client: Client, business: Business
) -> None:
    assert client.get("/").headers["Location"] == "/book/salon-mara/"
    assert client.get("/book/").headers["Location"] == "/book/salon-mara/"
    BusinessFactory.create(name="Rival", slug="rival")
    page = client.get("/")
    assert (page.status_code, "Salon Mara" in text_of(page), "Rival" in text_of(page)) == (
        200,
        True,
        True,
    )


@pytest.mark.parametrize("address", ["/salon-mara/book", "/salon-mara/book/"])
def test_the_short_link_leads_to_the_page(client: Client, business: Business, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (302, "/book/salon-mara/")


def test_links_with_an_earlier_slug_lead_on(client: Client, service: Service) -> None:
    business = service.business
    for slug in ("mara-hair", "mara"):
        business.slug = slug
        business.save()
    for old in ("salon-mara", "mara-hair", "MARA"):
        answer = client.get(f"/book/{old}/haircut/", {"date": "2027-03-02"})
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            "/book/mara/haircut/?date=2027-03-02",
        )
        assert client.get(f"/book/{old}/").headers["Location"] == "/book/mara/"
        assert client.get(f"/{old}/book").headers["Location"] == "/book/mara/"
    with pytest.raises(ValidationError, match="leads to another business"):
        Business(name="Rival", slug="salon-mara").full_clean()
    business.slug = "salon-mara"
    business.save()
    assert client.get("/book/salon-mara/").status_code == 200
    assert client.get("/book/mara/").headers["Location"] == "/book/salon-mara/"


def test_the_last_bookable_day_is_there_for_a_viewer_a_day_ahead(
    client: Client, service: Service
) -> None:
    page = client.get(CALENDAR, {"month": "2027-04", "tz": "Pacific/Auckland"})
    assert starts(page)[0] == "2027-03-31T11:00:00Z"


def test_the_calendar_opens_on_the_first_free_day(client: Client, service: Service) -> None:
    page = client.get(CALENDAR)
    assert "Monday, 1 March 2027" in text_of(page)
    assert starts(page) == [f"2027-03-01T{hour:02}:00:00Z" for hour in range(8, 16)]


def test_a_chosen_date_shows_its_times_and_leaves_out_what_is_taken(
    client: Client, service: Service, booked: Book
) -> None:
    booked(at(9))
    page = client.get(CALENDAR, {"date": "2027-03-02"})
    assert starts(page) == [f"2027-03-02T{hour:02}:00:00Z" for hour in (8, 10, 11, 12, 13, 14, 15)]


def test_times_are_grouped_by_the_viewers_day(client: Client, service: Service) -> None:
    page = client.get(CALENDAR, {"date": "2027-03-03", "tz": "Pacific/Auckland"})
    # 09:00 to 11:00 in Berlin on the second are still that day in Auckland, 12:00 is the third.
    assert starts(page)[0] == "2027-03-02T11:00:00Z"


def test_htmx_gets_the_calendar_alone_and_going_back_the_page(
    client: Client, service: Service
) -> None:
    fragment = client.get(CALENDAR, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert starts(fragment) == starts(client.get(CALENDAR))
    restored = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(CALENDAR, headers=restored).content.decode()


def test_an_empty_month_says_when_the_next_time_is(client: Client, service: Service) -> None:
    service.minimum_notice_minutes = 24 * 60 * 31
    service.booking_horizon_days = 60
    service.save()
    page = client.get(CALENDAR, {"month": "2027-03"})
    assert "No times in March 2027" in text_of(page)
    assert "Thursday, 1 April 2027" in text_of(page)


def test_a_service_that_nobody_offers_has_no_times(client: Client, service: Service) -> None:
    service.providers.clear()
    page = client.get(CALENDAR)
    assert (page.status_code, starts(page)) == (200, [])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"date": "2027-02-30"}, "2027-02-30"),
        ({"date": "x" * 10_000}, "xxxx"),
        ({"month": "2027-13"}, "2027-13"),
        ({"month": "9999-12"}, "9999-12"),
        ({"date": "0001-01-01"}, "0001-01-01"),
        ({"tz": "Mars/Olympus"}, "time zone"),
        ({"tz": "../../etc/passwd"}, "time zone"),
        ({"provider": "nobody"}, "does not offer"),
        ({"provider": "9f0c6a6e-5f3f-4b6c-8a57-0d9f1f9a7c11"}, "does not offer"),
    ],
)
def test_an_address_that_makes_no_sense_is_explained(
    client: Client, service: Service, query: dict[str, str], said: str
) -> None:
    page = client.get(CALENDAR, query)
    assert page.status_code == 400
    assert said in text_of(page)
    assert "Haircut" in text_of(page)


def test_a_provider_of_another_business_is_not_known(client: Client, service: Service) -> None:
    foreign = ProviderFactory.create()
    page = client.get(CALENDAR, {"provider": str(foreign.public_id)})
    assert (page.status_code, foreign.name in text_of(page)) == (400, False)


@pytest.mark.parametrize(
    ("address", "way_on"),
    [
        ("/book/nobody/", ("/", "Open the start page")),
        ("/book/salon-mara/nothing/", ("/book/salon-mara/", "Go to the booking page")),
        ("/nobody/book", ("/", "Open the start page")),
        ("/booking/nonsense/", ("/", "Open the start page")),
        ("/x", ("/", "Open the start page")),
    ],
)
def test_what_is_not_there_is_a_friendly_404_that_leads_on(
    client: Client, service: Service, address: str, way_on: tuple[str, str]
) -> None:
    page = client.get(address)
    assert (page.status_code, "There is nothing at this address" in text_of(page)) == (404, True)
    html = page.content.decode()
    assert re.findall(r'<a class="button" href="([^"]*)">([^<]*)</a>', html) == [way_on]


@pytest.mark.parametrize("address", ["/book/salon-mara/%00/", "/book/salon-mara/?x=%00"])
def test_a_nul_in_the_address_is_refused(client: Client, service: Service, address: str) -> None:
    assert client.get(address).status_code == 400


def test_an_archived_service_is_gone(client: Client, service: Service) -> None:
    service.is_active = False
    service.save()
    for address in (CALENDAR, f"{CALENDAR}confirm/"):
        page = client.get(address)
        assert (page.status_code, "no longer offered" in text_of(page)) == (410, True)


def test_a_paused_business_says_when_it_will_be_back(client: Client, service: Service) -> None:
    settings = service.business.settings
    settings.is_active, settings.paused_message = False, "Back on Monday."
    settings.save()
    for address in ("/book/salon-mara/", CALENDAR, f"{CALENDAR}confirm/"):
        page = client.get(address)
        assert (page.status_code, "Back on Monday." in text_of(page)) == (503, True)


def test_the_switch_closes_every_booking_page(
    client: Client, service: Service, settings: object
) -> None:
    settings.BOOKING_ENABLED = False  # type: ignore[attr-defined]
    assert client.get(CALENDAR).status_code == 503


def test_the_month_costs_the_same_number_of_queries_with_six_providers(
    client: Client,
    service: Service,
    booked: Book,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(14):
        client.get(CALENDAR, {"month": "2027-03"})
    service.providers.add(*ProviderFactory.create_batch(5, business=service.business))
    for hour in (8, 9, 10):
        booked(at(hour))
    with django_assert_max_num_queries(14):
        client.get(CALENDAR, {"month": "2027-03"})


def test_public_pages_set_no_cookie_and_say_what_may_run(client: Client, service: Service) -> None:
    page = client.get(CALENDAR)
    assert not page.cookies
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("query", "shown", "carried"),
    [({}, "09:00", False), ({"clock": "12"}, "9:00 am", True), ({"clock": "x"}, "09:00", False)],
)
def test_times_are_read_in_the_hours_asked_for(
    client: Client, service: Service, query: dict[str, str], shown: str, carried: bool
) -> None:
    page = client.get(CALENDAR, {"date": "2027-03-02", **query})
    html = page.content.decode()
    assert f'<span class="time-clock">{shown}</span>' in html
    [checked] = re.findall(r'name="clock"\s+value="(\d+)"\s+checked', html)
    assert checked == ("12" if carried else "24")
    answer = press(client, page)
    assert ("clock=12" in answer.headers["Location"]) is carried
    form = client.get(answer.headers["Location"])
    assert f"Tuesday, 2 March 2027, {shown}" in text_of(form)
    assert ('name="clock" value="12"' in form.content.decode()) is carried
    assert ("clock=12" in unescape(form.content.decode())) is carried
