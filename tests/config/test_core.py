import logging
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from config.core import when
from config.core.fields import CleanCharField, LinesField, MoneyField
from config.core.logs import ClosedIsNoError, HideTokens
from config.core.money import format_money, validate_currency
from config.core.text import clean_text, validate_line, validate_name, validate_text

NOON = datetime(2027, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["one\r\ntwo", "one\ntwo", "a\tb", "سلام", "Eva 👩‍💻", "O'Neil"])
def test_text_may_have_lines_and_any_script(text: str) -> None:
    assert CleanCharField(validators=[validate_text]).clean(text) == clean_text(text)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "\u202eabc", "a\u2028b", "\ufeffa"])
def test_text_holds_nothing_invisible(text: str) -> None:
    with pytest.raises(ValidationError):
        validate_text(text)


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\tb"])
def test_a_line_is_one_line(text: str) -> None:
    with pytest.raises(ValidationError):
        validate_line(text)


@pytest.mark.parametrize("name", ["http://x.example", "WWW.x.example", "ftp://x"])
def test_a_name_is_no_address(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_name(name)


def test_cleaning_keeps_what_was_said() -> None:
    assert clean_text(" e\u0301\r\nb\rc ") == "é\nb\nc"


def test_length_is_counted_after_cleaning() -> None:
    # In NFC this letter becomes two.
    with pytest.raises(ValidationError, match="at most 5"):
        CleanCharField(max_length=5).clean("\u0958" * 4)


def test_lines_become_a_list() -> None:
    field = LinesField(required=False)
    assert field.clean(" a \r\n\r\nb ") == ["a", "b"]
    assert field.prepare_value(["a", "b"]) == "a\nb"
    assert not field.has_changed(["a"], "a\n")


@pytest.mark.parametrize(
    ("currency", "typed", "kept"),
    [("EUR", "50", 5000), ("EUR", "0.05", 5), ("JPY", "4200", 4200), ("KWD", "1.234", 1234)],
)
def test_an_amount_is_kept_in_minor_units(currency: str, typed: str, kept: int) -> None:
    field = MoneyField(currency=currency)
    assert field.clean(typed) == kept
    assert not field.has_changed(kept, typed)
    with pytest.raises(ValidationError):
        field.clean("-1")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        (5000, "EUR", "en-GB", "€50.00"),
        (5000, "EUR", "de", "50,00\xa0€"),
        (4200, "JPY", "en", "¥4,200"),
        (5000, "EUR", "xx-nonsense", "€50.00"),
    ],
)
def test_money_is_written_as_the_locale_does(
    amount: int, currency: str, locale: str, shown: str
) -> None:
    assert format_money(amount, currency, locale) == shown


def test_an_unknown_currency_zone_or_language_is_refused() -> None:
    for check, wrong in (
        (validate_currency, "XXXX"),
        (when.validate_zone, "Mars/Olympus"),
        (when.validate_zone, "Etc/GMT+5"),
        (when.validate_locale, "nonsense"),
    ):
        with pytest.raises(ValidationError):
            check(wrong)


@pytest.mark.parametrize(
    ("locale", "long", "time"),
    [
        ("en-GB", "Thursday, 1 July 2027", "14:00"),
        ("en-US", "Thursday, July 1, 2027", "2:00 PM"),
        ("de", "Donnerstag, 1. Juli 2027", "14:00"),
    ],
)
def test_dates_and_times_follow_the_locale(locale: str, long: str, time: str) -> None:
    assert when.long_date(date(2027, 7, 1), locale) == long
    assert when.clock_time(NOON, "Europe/Berlin", locale) == time


def test_weeks_begin_where_the_locale_begins_them() -> None:
    assert when.weekday_names("en-GB")[0] == ("Mon", "Monday")
    assert when.weekday_names("en-US")[0] == ("Sun", "Sunday")


def test_a_zone_tells_the_country_of_its_phone_numbers() -> None:
    assert (when.region_of("Europe/Berlin"), when.region_of("UTC")) == ("DE", "")


def test_the_token_of_a_clients_link_is_not_logged() -> None:
    token = "5b7644d111694942975c22769bc75447.1.fBg2daHD7hREmA7trKs57it_QU4G8UC2xEwYO2huzFo"
    record = logging.LogRecord("x", 30, "", 1, "Not Found: /booking/%s/", (token,), None)
    assert HideTokens().filter(record)
    assert record.getMessage() == "Not Found: /booking/…/"


def test_head_has_the_length_and_no_body(client: Client) -> None:
    get, head = client.get("/health/live"), client.head("/health/live")
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(get.content)))


@pytest.mark.parametrize(("status", "level"), [(500, "ERROR"), (503, "WARNING"), (None, "ERROR")])
def test_a_closed_page_is_no_error(status: int | None, level: str) -> None:
    record = logging.makeLogRecord({"levelno": logging.ERROR, "levelname": "ERROR"})
    if status:
        record.status_code = status
    assert ClosedIsNoError().filter(record)
    assert record.levelname == level
