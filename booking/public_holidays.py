"""Public holidays of countries and their regions, from the `holidays` library.

The library is imported when it is first asked: a business without holidays pays nothing for it.
"""

from datetime import date
from functools import lru_cache


def countries() -> dict[str, list[str]]:
    """Every country (ISO 3166-1) with the codes of its regions (ISO 3166-2, the latter half)."""
    import holidays

    codes = holidays.list_supported_countries(include_aliases=False)
    return {code: list(regions) for code, regions in codes.items()}


@lru_cache(maxsize=256)
def holidays_of(country: str, region: str, year: int) -> dict[date, str]:
    """The holidays of one year by date, with their names. Raises `ValueError` for no such place."""
    import holidays

    try:
        return dict(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise ValueError(f"no holidays are known of {country} {region}".strip()) from error
