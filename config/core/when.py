"""Dates and times as people read them, by zone and locale."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import UnknownLocaleError, get_global
from babel.dates import format_date, format_skeleton, format_time
from django.core.exceptions import ValidationError

# The names of CLDR for a clock of 12 hours with its half of the day, and for one of 24.
_SKELETONS = {"12": "hm", "24": "Hm"}


@lru_cache
def zone_names() -> frozenset[str]:
    """Names of zones where people live: no abbreviations, no `Etc/`, no POSIX rules."""
    areas = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia")
    return frozenset(
        name
        for name in available_timezones()
        if name.split("/")[0] in (*areas, "Europe", "Indian", "Pacific") or name == "UTC"
    )


def validate_zone(name: str) -> None:
    if name not in zone_names():
        raise ValidationError(
            "This is not a time zone we know; write it like Europe/Berlin.", code="unknown_zone"
        )


@lru_cache
def babel_locale(tag: str) -> Locale:
    """The locale of a BCP 47 tag; English for one that is not known."""
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def validate_locale(tag: str) -> None:
    try:
        Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise ValidationError(
            "This is not a language we know; write it like en-GB or de.", code="unknown_locale"
        ) from error


def region_of(zone: str) -> str:
    """The ISO 3166 code of the country that a zone lies in, or "" for one without a country."""
    territory = str(get_global("zone_territories").get(zone, ""))
    return territory if len(territory) == 2 and territory.isalpha() else ""


@lru_cache(maxsize=2048)
def long_date(day: date, locale: str) -> str:
    """For example "Tuesday 24 November 2026", in the locale's own order."""
    return format_date(day, "full", locale=babel_locale(locale))


@lru_cache(maxsize=2048)
def short_date(day: date, locale: str) -> str:
    """For example "Tue, 24 Nov", in the locale's own order."""
    return str(format_skeleton("MMMEd", day, locale=babel_locale(locale)))


@lru_cache
def hours_of(locale: str) -> str:
    """How a locale counts the hours of a day: "12" or "24"."""
    # Without its literal words: French Canada writes "HH 'h' mm".
    pattern = re.sub("'[^']*'", "", babel_locale(locale).time_formats["short"].pattern)
    return "12" if "h" in pattern or "K" in pattern else "24"


def clock_time(moment: datetime, zone: str, locale: str, hours: str = "") -> str:
    """For example "09:00" or "9:00 AM", as the locale writes it, or with "12" or "24" hours."""
    if not hours or hours == hours_of(locale):
        text = format_time(moment, "short", tzinfo=ZoneInfo(zone), locale=babel_locale(locale))
    else:
        skeleton = _SKELETONS[hours]
        text = format_skeleton(skeleton, moment, tzinfo=ZoneInfo(zone), locale=babel_locale(locale))
    # Babel puts a narrow no-break space before AM and PM; mail subjects are better off without.
    return str(text).replace("\u202f", " ")


def zone_city(zone: str) -> str:
    """The part of a zone's name that people say: "New York" of `America/New_York`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def zone_place(name: str) -> tuple[str, str]:
    """Part of the world and place: ("America", "Salta, Argentina") of `America/Argentina/Salta`."""
    area, *between = name.split("/")[:-1] or ["Everywhere"]
    return area, ", ".join([zone_city(name), *(part.replace("_", " ") for part in between)])


def local_date(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


@lru_cache
def month_title(month: date, locale: str) -> str:
    return str(format_skeleton("yMMMM", month, locale=babel_locale(locale)))


def first_weekday(locale: str) -> int:
    """The locale's first day of the week, Monday = 0."""
    return int(babel_locale(locale).first_week_day)


@lru_cache
def weekday_names(locale: str) -> tuple[tuple[str, str], ...]:
    """Short and full names, from the locale's first day of the week on."""
    days = babel_locale(locale).days["stand-alone"]
    order = [(first_weekday(locale) + step) % 7 for step in range(7)]
    return tuple((days["abbreviated"][day], days["wide"][day]) for day in order)


def rough_length(length: timedelta) -> str:
    """In the largest unit that says enough, rounded down: "2 days", "5 hours", "20 minutes"."""
    minutes = int(length.total_seconds()) // 60
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        # From two on: "1 day" would say little of 47 hours.
        if (count := minutes // size) >= 2 or unit == "minute":
            return f"{count} {unit}s" if count >= 2 else "a minute"
    raise AssertionError("minutes always say something")


def short_moment(moment: datetime, zone: str, locale: str) -> str:
    """For example "Tue, 24 Nov, 09:00"; the year is left out, lists are about the near future."""
    day = short_date(local_date(moment, zone), locale)
    return f"{day}, {clock_time(moment, zone, locale)}"
