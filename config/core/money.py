"""Money is an integer in minor units beside an ISO 4217 code."""

from decimal import Decimal

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, list_currencies
from django.core.exceptions import ValidationError


def validate_currency(code: str) -> None:
    if code not in list_currencies():
        raise ValidationError("This is not an ISO 4217 currency code.", code="unknown_currency")


def format_money(amount: int, currency: str, locale: str) -> str:
    """`5000, "EUR", "en"` as "€50.00"; an unknown locale is shown as English."""
    units = Decimal(amount).scaleb(-get_currency_precision(currency))
    try:
        return format_currency(units, currency, locale=locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return format_currency(units, currency, locale="en")
