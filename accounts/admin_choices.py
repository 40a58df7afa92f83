"""Codes that nobody should have to know by heart, as lists to choose from."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from babel.core import Locale
from babel.numbers import get_currency_name, get_territory_currencies
from django import forms

from config.core.when import babel_locale, zone_names, zone_place

Choices = list[tuple[str, str]]

_LANGUAGES = (
    *("en-GB", "en-US", "en-AU", "en-CA", "en-IE", "de", "de-AT", "de-CH", "fr", "fr-CA", "fr-CH"),
    *("es", "es-MX", "it", "pt", "pt-BR", "nl", "nl-BE", "da", "sv", "nb", "fi", "is", "pl", "cs"),
    *("sk", "sl", "hr", "hu", "ro", "bg", "el", "tr", "uk", "et", "lv", "lt", "he", "ar", "hi"),
    *("id", "vi", "th", "ja", "ko", "zh-Hans", "zh-Hant"),
)


class OpenSelect(forms.Select):
    """A select that keeps a value set elsewhere, even one that it would not offer.

    Where nothing is chosen it says so, and does not show its first choice as if it were.
    """

    def __init__(self, choices: Callable[[], Any]) -> None:
        # Called when first shown: the names take a moment to look up.
        super().__init__(choices=choices)  # type: ignore[arg-type]

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        groups = super().optgroups(name, value, attrs)
        offered = {str(option["value"]) for _, options, _ in groups for option in options}
        kept = [(text, text or "Choose one") for text in value or [""] if text not in offered]
        return [
            (None, [self.create_option(name, text, label, True, 0)], 0)  # noqa: FBT003
            for text, label in kept
        ] + groups


@lru_cache
def zone_choices() -> list[tuple[str, Any]]:
    """By part of the world, then by city."""
    areas: dict[str, Choices] = {}
    for name in sorted(zone_names()):
        area, place = zone_place(name)
        areas.setdefault(area, []).append((name, place))
    return [
        (area, sorted(choices, key=lambda choice: choice[1])) for area, choices in areas.items()
    ]


@lru_cache
def language_choices() -> Choices:
    """Each in its own words: people find theirs without reading ours."""
    named = [(tag, babel_locale(tag).get_display_name() or tag) for tag in _LANGUAGES]
    return [(tag, name[:1].upper() + name[1:]) for tag, name in named]


@lru_cache
def country_choices() -> Choices:
    """By name; ISO 3166-1."""
    names = Locale("en").territories
    countries = [(code, name) for code, name in names.items() if len(code) == 2 and code != "ZZ"]
    return sorted(countries, key=lambda choice: choice[1])


@lru_cache
def currency_choices() -> Choices:
    """Money that can be paid with today, by code."""
    english = Locale("en")
    codes = {
        code
        for territory in map(str, english.territories)
        if len(territory) == 2
        for code in get_territory_currencies(territory)
    }
    return [(code, f"{code} – {get_currency_name(code, locale=english)}") for code in sorted(codes)]
