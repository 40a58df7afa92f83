"""The time zones to choose from, as people look for them: by city, with the difference to UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from threading import Lock
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config.core.when import zone_names, zone_place


@dataclass(frozen=True, slots=True)
class Zone:
    """`name` "America/Argentina/Salta", `area` "America", `label` "Salta, Argentina (UTC-3)".

    The label begins with the city, so that typing its first letters finds it in a select.
    """

    name: str
    area: str
    label: str


def zone_options(now: datetime, chosen: str) -> SafeString:
    """The options of a select: all zones, with the differences to UTC that hold at `now`.

    Four hundred of them take longer to write than the rest of the month, so they are kept.
    """
    # One thread makes them, and the others wait instead of all making their own.
    with _turn:
        return _options(now.replace(minute=0, second=0, microsecond=0), chosen)


_turn = Lock()


@lru_cache(maxsize=64)
def _options(hour: datetime, chosen: str) -> SafeString:
    context = {"zones": _zones_by_area(hour), "chosen": chosen}
    return render_to_string("booking/includes/zone_options.html", context)


@lru_cache(maxsize=2)
def _zones_by_area(hour: datetime) -> list[tuple[str, list[Zone]]]:
    zones = sorted((_zone(name, hour) for name in zone_names()), key=lambda z: (z.area, z.label))
    return [(area, list(group)) for area, group in groupby(zones, key=lambda zone: zone.area)]


def _zone(name: str, hour: datetime) -> Zone:
    area, place = zone_place(name)
    return Zone(name, area, f"{place} (UTC{_difference(hour.astimezone(ZoneInfo(name)))})")


def _difference(moment: datetime) -> str:
    """For example "+1", "-3:30", or nothing for UTC itself."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else ""
