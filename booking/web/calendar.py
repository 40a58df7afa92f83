"""The month and the times of a service, as the page shows them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking import availability, offers
from booking.availability import Slot, Starts
from booking.models import Service, Session
from booking.rulebook import Rulebook
from booking.taken import moment
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
    the day, by the label's clock. Where several can come, `spots` says how many places are left,
    and `session` names the one to join, given by `provider`.
    """

    start: str
    label: str
    place: str
    other: str
    part: str
    spots: str = ""
    is_full: bool = False
    session: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    title: str
    weekdays: tuple[tuple[str, str], ...]
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


@dataclass(frozen=True, slots=True)
class _Search:
    """Free starts of one service, for one viewer, at one moment."""

    rules: Rulebook
    service: Service
    query: PageQuery
    now: datetime

    @property
    def today(self) -> date:
        return when.local_date(self.now, self.query.timezone)

    @property
    def last_day(self) -> date:
        """The last date that may hold a start; a viewer east of the business can be a day ahead."""
        known = self.rules.services.get(self.service.pk)
        return self.today + timedelta(days=known.booking_horizon_days + 1 if known else 0)

    def by_date(self, first: date, last: date) -> dict[date, list[Slot]]:
        slots = offers.find_slots(
            self.rules,
            self.query.wish(self.service),
            first=max(first, self.today),
            last=last,
            viewer_tz=self.query.timezone,
            now=self.now,
            include_full=True,
        )
        return availability.group_by_date(slots, self.query.timezone)

    def first_free_day(self, after: date) -> date | None:
        slot = offers.next_slot(
            self.rules,
            self.query.wish(self.service),
            after=after,
            viewer_tz=self.query.timezone,
            now=self.now,
        )
        return when.local_date(moment(slot.starts_at), self.query.timezone) if slot else None


def build_calendar(
    rules: Rulebook, service: Service, query: PageQuery, *, now: datetime
) -> CalendarView:
    """Fills in what the query leaves open: the first month with a free day, its first free day."""
    search = _Search(rules, service, query, now)
    locale = service.business.locale
    month = query.month or _first_of(
        query.day or search.first_free_day(search.today) or search.today
    )
    weeks = _weeks(month, locale)
    free = search.by_date(weeks[0][0], weeks[-1][-1])
    counts = {day: _count(slots, query.spots) for day, slots in free.items()}
    in_month = [day for day, count in counts.items() if count and _first_of(day) == month]
    day = query.day or next(iter(in_month), None)
    shown = replace(query, month=month, day=day)
    chosen = free.get(day, []) if day else []
    return CalendarView(
        title=when.month_title(month, locale),
        weekdays=when.weekday_names(locale),
        weeks=[
            [_day(date_, shown, counts, search.today, locale) for date_ in week] for week in weeks
        ],
        previous=_month_address(shown, _month_before(month))
        if month > _first_of(search.today)
        else "",
        next=_month_address(shown, _next_month(month))
        if _next_month(month) <= search.last_day
        else "",
        month=f"{month:%Y-%m}",
        day=day.isoformat() if day else "",
        is_day_asked=query.day is not None,
        chosen=when.long_date(day, locale) if day else "",
        chosen_short=when.short_date(day, locale) if day else "",
        times=_times(chosen, search),
        times_words=_times_words(_count(chosen, query.spots)),
        day_address=shown.address(),
        all_days=shown.address(date=None),
        is_empty=not in_month,
        next_free=None if in_month else _next_free(search, month),
    )


def _count(slots: list[Slot], spots: int) -> int:
    """How many starts can be booked by so many; sessions that are full are shown, not counted."""
    return len({slot.starts_at for slot in slots if slot.spots_left >= spots})


def _times(slots: list[Slot], search: _Search) -> list[Time]:
    """One line for each start; planned sessions that begin at once have one each."""
    service, query = search.service, search.query
    if service.starts == Starts.HOURS:
        slots = _one_for_each_start(slots)
    sessions = Session.objects.select_related("provider").in_bulk(
        [slot.session_id for slot in slots if slot.session_id is not None]
    )
    shown = []
    for slot in slots:
        session = sessions.get(slot.session_id or 0)
        time = show_time(slot, service=service, query=query)
        if session or service.capacity > 1:
            time = _with_spots(time, slot, session, query.spots)
        shown.append(time)
    return shown


def _one_for_each_start(slots: list[Slot]) -> list[Slot]:
    """Of a start's slots the one with the most room: who joins whom is left to the booking."""
    roomiest: dict[int, Slot] = {}
    for slot in slots:
        known = roomiest.get(slot.starts_at)
        if known is None or slot.spots_left > known.spots_left:
            roomiest[slot.starts_at] = replace(slot, session_id=None)
    return list(roomiest.values())


def _with_spots(time: Time, slot: Slot, session: Session | None, spots: int) -> Time:
    is_full, left = slot.spots_left < spots, slot.spots_left
    words = f"{left} of {session.capacity} left" if session else f"{left} left"
    if is_full:
        words = "Full" if left == 0 else f"Only {left} left"
    return replace(
        time,
        spots=words,
        is_full=is_full,
        session=str(session.public_id) if session else "",
        provider=session.provider.name if session else "",
    )


def show_time(slot: Slot, *, service: Service, query: PageQuery) -> Time:
    """One start on the business's clock and on the viewer's; see `Time`."""
    business, timezone, hours = service.business, query.timezone, query.hours
    start = moment(slot.starts_at)
    there = when.clock_time(start, timezone, business.locale, hours)
    here = when.clock_time(start, business.timezone, business.locale, hours)
    if (day := when.local_date(start, business.timezone)) != when.local_date(start, timezone):
        here = f"{when.short_date(day, business.locale)}, {here}"
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


def _part_of_day(hour: int) -> str:
    return "Morning" if hour < 12 else "Afternoon" if hour < 17 else "Evening"


def _weeks(month: date, locale: str) -> list[list[date]]:
    """The weeks that a month touches, each from the locale's first day of the week."""
    first_weekday = when.first_weekday(locale)
    first = month - timedelta(days=(month.weekday() - first_weekday) % 7)
    count = ((_next_month(month) - first).days + 6) // 7
    days = [first + timedelta(days=number) for number in range(count * 7)]
    return [days[number : number + 7] for number in range(0, len(days), 7)]


def _day(day: date, query: PageQuery, counts: dict[date, int], today: date, locale: str) -> Day:
    count = counts.get(day, 0)
    return Day(
        date=day,
        label=f"{when.long_date(day, locale)}, {_times_words(count)}",
        free=count,
        is_chosen=day == query.day,
        is_today=day == today,
        in_month=query.month == _first_of(day),
        address=query.address(month=f"{day:%Y-%m}", date=day.isoformat()) if count else "",
    )


def _times_words(count: int) -> str:
    return "no times" if not count else "1 time" if count == 1 else f"{count} times"


def _next_free(search: _Search, month: date) -> tuple[str, str] | None:
    """The first free day after an empty month: its name and the address that shows it."""
    day = search.first_free_day(month)
    if day is None:
        return None
    return (
        when.long_date(day, search.service.business.locale),
        search.query.address(month=f"{day:%Y-%m}", date=day.isoformat()),
    )


def _month_address(query: PageQuery, month: date) -> str:
    return query.address(month=f"{month:%Y-%m}", date=None)


def _first_of(day: date) -> date:
    return day.replace(day=1)


def _month_before(month: date) -> date:
    return _first_of(month - timedelta(days=1))


def _next_month(month: date) -> date:
    return _first_of(month + timedelta(days=31))
