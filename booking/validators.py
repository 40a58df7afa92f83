"""Rules that models, forms and the API share: one message, three doors."""

from datetime import date, time

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from booking import public_holidays

DURATION_MINUTES = (MinValueValidator(5), MaxValueValidator(1440))
BUFFER_MINUTES = (MaxValueValidator(1440),)
INTERVAL_MINUTES = (MinValueValidator(5), MaxValueValidator(1440))
NOTICE_MINUTES = (MaxValueValidator(365 * 24 * 60),)
# Long enough for somebody to see the request at all.
EXPIRY_MINUTES = (MinValueValidator(15), *NOTICE_MINUTES)
MAX_CAPACITY = 1000
CAPACITY = (MinValueValidator(1), MaxValueValidator(MAX_CAPACITY))
# Long enough to fill in a form, short enough to be no reservation.
HOLD_SECONDS = (MinValueValidator(30), MaxValueValidator(3600))
LIMIT = (MinValueValidator(1), MaxValueValidator(10_000))
NO_SHOW_LIMIT = (MaxValueValidator(100),)
NO_SHOW_MONTHS = (MinValueValidator(1), MaxValueValidator(60))
HORIZON_DAYS = (MinValueValidator(1), MaxValueValidator(730))
RETURNING_VISITS = (MinValueValidator(1), MaxValueValidator(100))
RETURNING_MONTHS = (MinValueValidator(1), MaxValueValidator(120))

# Far from both ends of the calendar, where there is no day before or after.
FIRST_YEAR, LAST_YEAR = 2000, 2200

CONTACT_NEEDED = "Please give an e-mail address or a phone number, so that you can be reached."


def parse_phone(text: str, *, region: str) -> str:
    """A phone number in E.164, for example "+493012345678".

    `region` (ISO 3166) says whose numbers may be written without a country prefix. Raises
    `ValidationError` for anything that is no possible, valid number.
    """
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException as error:
        raise _bad_phone(region) from error
    if not phonenumbers.is_valid_number(number):
        raise _bad_phone(region)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _bad_phone(region: str) -> ValidationError:
    example = region and phonenumbers.example_number(region)
    shown = (
        phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        if example
        else "+49 30 123456"
    )
    return ValidationError(
        f"This does not look like a phone number. Write it like {shown}.", code="bad_phone"
    )


def validate_e164(value: str) -> None:
    if parse_phone(value, region="") != value:
        raise ValidationError("Write the number in international form, like +4930123456.")


def validate_holidays(country: str, region: str) -> None:
    """Raise `ValidationError`, by field, unless public holidays are known of that place."""
    if region and not country:
        raise ValidationError({"holidays_region": "Choose the country first."})
    known = public_holidays.countries() if country else {}
    if country and country not in known:
        raise ValidationError({"holidays_country": "No public holidays are known of it."})
    if region and region not in known[country]:
        choices = ", ".join(known[country]) or "none"
        raise ValidationError({"holidays_region": f"Its regions are: {choices}."})


def validate_year(value: date) -> None:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(
            f"Choose a date between {FIRST_YEAR} and {LAST_YEAR}.", code="far_date"
        )


def validate_whole_minute(value: time) -> None:
    if value.second or value.microsecond:
        raise ValidationError("Use whole minutes.", code="seconds")
