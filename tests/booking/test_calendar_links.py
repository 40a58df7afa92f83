from urllib.parse import parse_qs, urlsplit

import pytest

from booking.calendar_links import calendar_links
from booking.lifecycle import Status
from booking.links import manage_url
from booking.models import Booking
from tests.conftest import Book, at


@pytest.fixture
def booking(booked: Book) -> Booking:
    return booked(at(8), notes="I bring a dog & a cat.")


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_every_calendar_gets_the_event_in_utc(booking: Booking) -> None:
    links = {link.label: link.url for link in calendar_links(booking)}
    assert list(links) == ["Google", "Outlook.com", "Office 365", "Apple and others (.ics)"]
    google = query_of(links["Google"])
    assert (google["text"], google["dates"]) == (
        "Haircut — Salon Mara",
        "20270302T080000Z/20270302T090000Z",
    )
    for label, host in (("Outlook.com", "live.com"), ("Office 365", "office.com")):
        url = links[label]
        assert url.startswith(f"https://outlook.{host}/calendar/0/deeplink/compose?")
        assert "+" not in url
        event = query_of(url)
        assert (event["startdt"], event["enddt"], event["subject"], event["location"]) == (
            "2027-03-02T08:00:00Z",
            "2027-03-02T09:00:00Z",
            "Haircut — Salon Mara",
            "Bergmannstr. 12, Berlin",
        )
        # Nothing that only the client should know travels to others.
        assert event["body"] == f"With {booking.provider.name}\nReference {booking.reference}"
    assert links["Apple and others (.ics)"] == f"{manage_url(booking)}invite.ics"


def test_the_links_are_made_for_what_is_confirmed(booking: Booking, client: object) -> None:
    def page() -> str:
        return client.get(urlsplit(manage_url(booking)).path).content.decode()  # type: ignore[attr-defined, no-any-return]

    assert "outlook.office.com" in page()
    Booking.objects.update(status=Status.AWAITING_PAYMENT)
    assert "outlook.office.com" not in page()
