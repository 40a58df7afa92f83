"""The month and the times of a service, as the page shows them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking import availability, rulebook
from booking.availability import Slot
from booking.models import Service
from booking.rulebook import Rulebook, compile_rulebook
from booking.web.query import PageQuery
from config.core import when


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    label: str
    free: int
    is_chosen: bool
    is_today: bool
    in_month: bool
    address: str


@dataclass(frozen=True, slots=True)
class Time:
    """One start: `start` in UTC for the address, `label` on the clock that counts.

    Where the clocks differ, `place` says whose clock that is and `other` reads the other one: a
    service at a place speaks the place's time first, any other the viewer's. `part` is the part of
    the day, by the label's clock.
    """

    start: str
    label: str
    place: str
    other: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    title: str
    weekdays: list[tuple[str, str]]
    weeks: list[list[Day]]
    previous: str
    next: str
    month: str
    day: str
    is_day_asked: bool
    chosen: str
    chosen_short: str
    times: list[Time]
    times_words: str
    day_address: str
    all_days: str
    is_empty: bool
    next_free: tuple[str, str] | None


def build_calendar(service: Service, query: PageQuery, *, now: datetime) -> CalendarView:
    """Fills in what the query leaves open: the first month with a free day, its first free day."""
    rules = compile_rulebook(service.business)
    zone = query.timezone
    today = when.local_date(now, zone)
    horizon = _horizon(rules, service, today)
    is_day_asked = query.day is not None
    _choose_month(rules, service, query, today, now)
    assert query.month is not None  # noqa: S101 - just chosen
    weeks = _weeks(query.month, service.business.locale)
    slots = rulebook.find_slots(
        rules,
        service,
        first=max(weeks[0][0], today),
        last=weeks[-1][-1],
        viewer_tz=zone,
        now=now,
        provider_id=query.provider_id,
    )
    free = availability.group_by_date(slots, zone)
    in_month = [day for day in free if _first_of(day) == query.month]
    if query.day is None and in_month:
        query.day = in_month[0]
    chosen = free.get(query.day, []) if query.day else []
    return CalendarView(
        title=when.month_title(query.month, service.business.locale),
        weekdays=when.weekday_names(service.business.locale),
        weeks=[[_day(day, query, free, today, service) for day in week] for week in weeks],
        previous=_month_address(query, -1) if query.month > _first_of(today) else "",
        next=_month_address(query, 1) if _next_month(query.month) <= horizon else "",
        month=f"{query.month:%Y-%m}",
        day=query.day.isoformat() if query.day else "",
        is_day_asked=is_day_asked,
        chosen=when.long_date(query.day, service.business.locale) if query.day else "",
        chosen_short=when.short_date(query.day, service.business.locale) if query.day else "",
        times=[show_time(slot, service=service, timezone=query.timezone) for slot in chosen],
        times_words=_times_words(len(chosen)),
        day_address=query.address(),
        all_days=query.address(date=None),
        is_empty=not in_month,
        next_free=None if in_month else _next_free(rules, service, query, now),
    )


def show_time(slot: Slot, *, service: Service, timezone: str) -> Time:
    """One start on the business's clock and on that of `timezone`; see `Time`."""
    business = service.business
    start = rulebook.moment(slot.starts_at)
    here = _reading(start, business.timezone, timezone, business.locale)
    there = when.clock_time(start, timezone, business.locale)
    city = when.zone_city(business.timezone)
    zone = business.timezone
    if here == there:
        label, place, other = here, "", ""
    elif service.location or business.address:
        label, place, other = here, f"in {city}", f"{there} for you"
    else:
        label, place, other = there, "for you", f"{here} in {city}"
        zone = timezone
    return Time(
        start=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        label=label,
        place=place,
        other=other,
        part=_part_of_day(start.astimezone(ZoneInfo(zone)).hour),
    )


def _reading(start: datetime, zone: str, viewer_zone: str, locale: str) -> str:
    """The clock of `zone`, with its date where that is not the viewer's."""
    time, day = when.clock_time(start, zone, locale), when.local_date(start, zone)
    if day == when.local_date(start, viewer_zone):
        return time
    return f"{when.short_date(day, locale)}, {time}"


def _part_of_day(hour: int) -> str:
    return "Morning" if hour < 12 else "Afternoon" if hour < 17 else "Evening"


def _choose_month(
    rules: Rulebook, service: Service, query: PageQuery, today: date, now: datetime
) -> None:
    if query.day and query.month is None:
        query.month = _first_of(query.day)
    if query.month is None:
        slot = rulebook.next_slot(
            rules,
            service,
            after=today,
            viewer_tz=query.timezone,
            now=now,
            provider_id=query.provider_id,
        )
        day = when.local_date(rulebook.moment(slot.starts_at), query.timezone) if slot else today
        query.month = _first_of(day)


def _horizon(rules: Rulebook, service: Service, today: date) -> date:
    """The last date that may hold a start; a viewer east of the business can be a day ahead."""
    known = rules.services.get(service.pk)
    return today + timedelta(days=known.booking_horizon_days + 1 if known else 0)


def _weeks(month: date, locale: str) -> list[list[date]]:
    """The weeks that a month touches, each from the locale's first day of the week."""
    first_weekday = when.first_weekday(locale)
    first = month - timedelta(days=(month.weekday() - first_weekday) % 7)
    count = ((_next_month(month) - first).days + 6) // 7
    days = [first + timedelta(days=number) for number in range(count * 7)]
    return [days[number : number + 7] for number in range(0, len(days), 7)]


def _day(
    day: date, query: PageQuery, free: dict[date, list[Slot]], today: date, service: Service
) -> Day:
    count = len(free.get(day, ()))
    return Day(
        date=day,
        label=f"{when.long_date(day, service.business.locale)}, {_times_words(count)}",
        free=count,
        is_chosen=day == query.day,
        is_today=day == today,
        in_month=_first_of(day) == query.month,
        address=query.address(month=f"{day:%Y-%m}", date=day.isoformat()),
    )


def _times_words(count: int) -> str:
    return "no times" if not count else "1 time" if count == 1 else f"{count} times"


def _next_free(
    rules: Rulebook, service: Service, query: PageQuery, now: datetime
) -> tuple[str, str] | None:
    """The first free day after an empty month: its name and the address that shows it."""
    assert query.month is not None  # noqa: S101 - chosen before
    slot = rulebook.next_slot(
        rules,
        service,
        after=query.month,
        viewer_tz=query.timezone,
        now=now,
        provider_id=query.provider_id,
    )
    if slot is None:
        return None
    day = when.local_date(rulebook.moment(slot.starts_at), query.timezone)
    return (
        when.long_date(day, service.business.locale),
        query.address(month=f"{day:%Y-%m}", date=day.isoformat()),
    )


def _month_address(query: PageQuery, step: int) -> str:
    assert query.month is not None  # noqa: S101 - chosen before
    month = _next_month(query.month) if step > 0 else _first_of(query.month - timedelta(days=1))
    return query.address(month=f"{month:%Y-%m}", date=None)


def _first_of(day: date) -> date:
    return day.replace(day=1)


def _next_month(month: date) -> date:
    return _first_of(month + timedelta(days=31))
