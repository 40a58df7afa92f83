"""The time zones to choose from, as people look for them: by city, with the difference to UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from threading import Lock
from zoneinfo import ZoneInfo

from config.core.when import zone_names, zone_place


@dataclass(frozen=True, slots=True)
class Zone:
    """`name` "America/Argentina/Salta", `area` "America", `label` "Salta, Argentina (UTC-3)".

    The label begins with the city, so that typing its first letters finds it in a select.
    """

    name: str
    area: str
    label: str


def zones_by_area(now: datetime) -> list[tuple[str, list[Zone]]]:
    """All zones by area and city, with the differences to UTC that hold at `now`."""
    # One thread makes the list, and the others wait for it instead of all making their own.
    with _turn:
        return _zones_by_area(now.replace(minute=0, second=0, microsecond=0))


_turn = Lock()


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
