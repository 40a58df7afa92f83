from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from booking import public_holidays
from booking.models import BookingSettings, DateOverride, Service
from booking.operations import SlotUnavailable
from tests.conftest import Book, at

# 26 March 2027 is Good Friday; Women's Day, the 8th, is a holiday in Berlin only.
GOOD_FRIDAY, WOMENS_DAY = 26, 8


@pytest.fixture
def settings_of(service: Service) -> BookingSettings:
    return service.business.settings


def choose(settings: BookingSettings, country: str, region: str = "") -> None:
    settings.holidays_country, settings.holidays_region = country, region
    settings.full_clean()
    settings.save()


def test_on_a_public_holiday_nothing_is_open(booked: Book, settings_of: BookingSettings) -> None:
    choose(settings_of, "DE")
    with pytest.raises(SlotUnavailable):
        booked(at(8, day=GOOD_FRIDAY))
    booked(at(8, day=WOMENS_DAY))


def test_a_region_has_holidays_of_its_own(booked: Book, settings_of: BookingSettings) -> None:
    choose(settings_of, "DE", "BE")
    with pytest.raises(SlotUnavailable):
        booked(at(8, day=WOMENS_DAY))


def test_a_date_that_the_schedule_names_is_as_it_says(
    booked: Book, settings_of: BookingSettings
) -> None:
    choose(settings_of, "DE")
    schedule = settings_of.default_schedule
    day = date(2027, 3, GOOD_FRIDAY)
    DateOverride.objects.create(schedule=schedule, date=day, start=time(9), end=time(12))
    assert booked(at(8, day=GOOD_FRIDAY)).starts_at == at(8, day=GOOD_FRIDAY)


@pytest.mark.parametrize(
    ("country", "region", "said"),
    [
        ("QQ", "", "No public holidays are known of it."),
        ("DE", "XX", "Its regions are: BB, BE, BW"),
        ("", "BE", "Choose the country first."),
    ],
)
def test_a_place_without_holidays_is_refused(
    settings_of: BookingSettings, country: str, region: str, said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        choose(settings_of, country, region)


def test_an_unknown_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="no holidays are known of QQ"):
        public_holidays.holidays_of("QQ", "", 2027)
