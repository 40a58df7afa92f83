"""The free times of a day, as the desk offers them: the answer that clients get, in its words."""

from dataclasses import dataclass
from datetime import date, timedelta

from booking import offers
from booking.admin.desk.query import Asked
from booking.availability import Slot
from booking.models import Resource
from booking.rulebook import Rulebook, rulebook_of
from booking.taken import moment
from config.core import clock, when


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One start on the business's clock; `about` is said of a session, and a full one has no
    `address`.
    """

    label: str
    about: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """`previous` is "" on the first day that is not past; `next_free` only where nothing is."""

    label: str
    previous: str
    next: str
    times: list[FreeTime]
    next_free: tuple[str, str] | None


def first_day(asked: Asked) -> date:
    """The day to begin with: the first that has a free time, else today."""
    today = when.local_date(clock.now(), asked.business.timezone)
    return _next_free_day(asked, rulebook_of(asked.business), today) or today


def show_day(asked: Asked, day: date) -> DayView:
    rules, zone = rulebook_of(asked.business), asked.business.timezone
    today = when.local_date(clock.now(), zone)
    slots = offers.find_slots(
        rules,
        asked.wish,
        first=day,
        last=day,
        viewer_tz=zone,
        now=clock.now(),
        include_full=True,
    )
    return DayView(
        label=when.long_date(day, asked.business.locale),
        previous=asked.of_day(day - timedelta(days=1)) if day > today else "",
        next=asked.of_day(day + timedelta(days=1)),
        times=_times(asked, slots),
        next_free=None if slots else _next_free(asked, rules, day),
    )


def nearest_times(asked: Asked) -> list[FreeTime]:
    """The free starts closest to the one asked for, each with its day."""
    rules, business = rulebook_of(asked.business), asked.business
    slots = offers.nearest_slots(rules, asked.wish, start=asked.chosen_start, now=clock.now())
    return [
        FreeTime(
            when.short_moment(moment(slot.starts_at), business.timezone, business.locale),
            "",
            asked.at(moment(slot.starts_at), slot.session_id),
        )
        for slot in slots
    ]


def _times(asked: Asked, slots: list[Slot]) -> list[FreeTime]:
    wanted = {pk for slot in slots if slot.session_id for pk in slot.provider_ids}
    people = Resource.objects.filter(pk__in=wanted) if wanted else Resource.objects.none()
    names = dict(people.values_list("pk", "name"))
    return [_time(asked, slot, names) for slot in slots]


def _time(asked: Asked, slot: Slot, names: dict[int, str]) -> FreeTime:
    business, start = asked.business, moment(slot.starts_at)
    label = when.clock_time(start, business.timezone, business.locale)
    if slot.session_id is None:
        return FreeTime(label, "", asked.at(start))
    who = ", ".join(names[pk] for pk in slot.provider_ids)
    left = slot.spots_left
    if left < asked.spots:
        return FreeTime(label, f"{who}, {f'only {left} left' if left else 'full'}", "")
    places = "1 place left" if left == 1 else f"{left} places left"
    return FreeTime(label, f"{who}, {places}", asked.at(start, slot.session_id))


def _next_free(asked: Asked, rules: Rulebook, after: date) -> tuple[str, str] | None:
    """The next day with a free time: its name and its address."""
    day = _next_free_day(asked, rules, after)
    return (when.long_date(day, asked.business.locale), asked.of_day(day)) if day else None


def _next_free_day(asked: Asked, rules: Rulebook, after: date) -> date | None:
    zone = asked.business.timezone
    slot = offers.next_slot(rules, asked.wish, after=after, viewer_tz=zone, now=clock.now())
    return when.local_date(moment(slot.starts_at), zone) if slot else None
