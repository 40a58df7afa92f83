"""What can be booked now: the rules, and what is taken, put to the engine."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from booking import availability
from booking.availability import Query, Refusal, Slot, Starts, Way
from booking.rulebook import Rulebook
from booking.taken import (
    Around,
    Facts,
    instant,
    live_sessions,
    moment,
    provider_of,
    read_facts,
    starts_of_service,
    thing_of,
)
from booking.wish import Wish
from booking.workloads import workloads


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to have a start: joining a session, or a new one with the rooms and equipment.

    `ignored` are the reasons that stood in this way and were not to count, each once.
    """

    provider_id: int
    session_id: int | None
    thing_ids: tuple[int, ...] = ()
    ignored: tuple[Refusal, ...] = ()

    @property
    def resource_ids(self) -> tuple[int, ...]:
        return (self.provider_id, *self.thing_ids)


@dataclass(frozen=True, slots=True)
class Answer:
    """The ways to have one start, the one to take first; if none, all with what is in the way."""

    choices: list[Choice]
    refused: list[Way]


NOTHING = Answer([], [])


def find_slots(
    rulebook: Rulebook,
    wish: Wish,
    *,
    first: date,
    last: date,
    viewer_tz: str,
    now: datetime,
    include_full: bool = False,
) -> list[Slot]:
    """All starts that can be booked on the dates `first` to `last`, both in `viewer_tz`.

    `include_full` adds sessions that lack nothing but the spots.
    """
    if not _is_known(rulebook, wish):
        return []
    query = query_of_dates(rulebook, wish, first=first, last=last, viewer_tz=viewer_tz, now=now)
    return availability.find_slots(
        query, viewer_tz=viewer_tz, first=first, last=last, include_full=include_full
    )


def choose(
    rulebook: Rulebook,
    wish: Wish,
    *,
    start: datetime,
    now: datetime,
    ignoring: frozenset[Refusal] = frozenset(),
    only: Choice | None = None,
) -> Answer:
    """The ways to have the start (rule 11), those that the fewest reasons stand in first.

    Where some are free, only they. Reasons in `ignoring` do not count, nor does then that the
    service no longer lasts so long. With `only`, nothing beyond what that choice names: asked under
    the lock, it says whether the choice still holds, or whether its session has become one to join.
    """
    if only:
        wish = replace(wish, provider_id=only.provider_id, session_id=only.session_id)
    if not _is_known(rulebook, replace(wish, duration_minutes=None) if ignoring else wish):
        return NOTHING
    query = query_of_start(rulebook, wish, start, now, thing_ids=only.thing_ids if only else None)
    at = instant(start)
    # Why others cannot is only asked where nobody can.
    found = availability.open_ways(query, start=at) or availability.explain(query, start=at).ways
    ways = [_without(way, ignoring) for way in found] if ignoring else found
    ignored = {(way.provider_id, way.session_id): _codes(way, ignoring) for way in found}
    things = availability.choose_resources(query, start=at) or ()
    choices = [
        Choice(
            way.provider_id,
            way.session_id,
            () if way.session_id else things,
            ignored[way.provider_id, way.session_id],
        )
        for way in _fairest_first(rulebook, wish, ways, start=start, now=now)
        if way.provider_id is not None
    ]
    choices.sort(key=lambda choice: len(choice.ignored))
    return Answer(choices, [way for way in ways if way.reasons])


def _without(way: Way, ignoring: frozenset[Refusal]) -> Way:
    return replace(way, reasons=tuple(why for why in way.reasons if why.code not in ignoring))


def _codes(way: Way, among: frozenset[Refusal]) -> tuple[Refusal, ...]:
    """Those of `among` that stand in the way, each once."""
    return tuple(dict.fromkeys(why.code for why in way.reasons if why.code in among))


def plan(
    rulebook: Rulebook,
    wish: Wish,
    starts: Sequence[datetime],
    *,
    thing_ids: Collection[int],
    now: datetime,
    override: bool,
) -> list[availability.Plan]:
    """What planned sessions at the starts would take, or what is against each (rule 10).

    The wish names the provider; of rooms and equipment only `thing_ids` are asked.
    """
    pk = wish.service.pk
    by_hours = replace(rulebook.services[pk], starts=Starts.HOURS)
    rulebook = replace(rulebook, services={**rulebook.services, pk: by_hours})
    ends_at = max(starts) + timedelta(minutes=by_hours.duration_minutes)
    around = Around(wish=wish, starts_at=min(starts), ends_at=ends_at, now=now)
    query, _ = _read(rulebook, around, thing_ids=thing_ids)
    return list(availability.plan(query, map(instant, starts), override=override))


def next_slot(
    rulebook: Rulebook, wish: Wish, *, after: date, viewer_tz: str, now: datetime
) -> Slot | None:
    """The first start that can be booked on `after` or later, up to the horizon."""
    rules = rulebook.services.get(wish.service.pk)
    if rules is None:
        return None
    # The horizon counts days of the business's zone; the viewer's may lie a day behind or ahead.
    last = now.date() + timedelta(days=rules.booking_horizon_days + 2)
    first = max(after, now.date() - timedelta(days=1))
    for begin, end in _stretches(first, last):
        slots = find_slots(rulebook, wish, first=begin, last=end, viewer_tz=viewer_tz, now=now)
        if slots:
            return slots[0]
    return None


def _stretches(first: date, last: date) -> Iterator[tuple[date, date]]:
    """A week, then a month, then all the rest: mostly the nearest dates are enough."""
    begin = first
    for days in (7, 28, (last - first).days + 1):
        end = min(begin + timedelta(days=days - 1), last)
        if begin <= end:
            yield begin, end
        begin = end + timedelta(days=1)


def nearest_slots(
    rulebook: Rulebook, wish: Wish, *, start: datetime, now: datetime, count: int = 6
) -> list[Slot]:
    """The bookable starts closest to `start`, in the order of time: what the loser is shown."""
    slots = find_slots(
        rulebook,
        replace(wish, session_id=None),
        first=start.date() - timedelta(days=7),
        last=start.date() + timedelta(days=14),
        viewer_tz="UTC",
        now=now,
    )
    wished = instant(start)
    by_start = {slot.starts_at: slot for slot in reversed(slots)}
    closest = sorted(
        by_start.values(), key=lambda slot: (abs(slot.starts_at - wished), slot.starts_at)
    )
    return sorted(closest[:count], key=lambda slot: slot.starts_at)


def duration_of(rulebook: Rulebook, wish: Wish) -> int:
    """In minutes, as wished or as the service usually lasts."""
    return wish.duration_minutes or rulebook.services[wish.service.pk].duration_minutes


def _is_known(rulebook: Rulebook, wish: Wish) -> bool:
    """Whether the service is active and lasts so long."""
    durations = rulebook.durations.get(wish.service.pk)
    return durations is not None and (
        wish.duration_minutes is None or wish.is_agreed or wish.duration_minutes in durations
    )


def _fairest_first(
    rulebook: Rulebook, wish: Wish, ways: Iterable[Way], *, start: datetime, now: datetime
) -> list[Way]:
    """The ways that nothing speaks against, in the order of whose turn it is (rule 11)."""
    free = [way for way in ways if not way.reasons]
    ids = {way.provider_id for way in free if way.provider_id is not None}
    if len(ids) < 2:
        return availability.fairest_first(free, {})
    # All who give the service, free or not: the same people at every start.
    people = ids.union(rulebook.providers.get(wish.service.pk, ()))
    loads = workloads(people, start=start, business_tz=rulebook.timezone, now=now)
    return availability.fairest_first(free, loads)


def query_of_dates(
    rulebook: Rulebook, wish: Wish, *, first: date, last: date, viewer_tz: str, now: datetime
) -> Query:
    """All that the engine needs to know of these dates in `viewer_tz`; for an active service."""
    begin, end = _from_midnight_to_midnight(first, last, viewer_tz)
    # A start on the last date reaches as far as its duration.
    reach = timedelta(minutes=duration_of(rulebook, wish))
    around = Around(wish=wish, starts_at=begin, ends_at=end + reach, now=now)
    return _read(rulebook, around)[0]


def query_and_bookings(
    rulebook: Rulebook, wish: Wish, *, first: date, last: date, viewer_tz: str, now: datetime
) -> tuple[Query, Mapping[int, int]]:
    """As `query_of_dates`, and how many of the service's bookings each provider has on them."""
    begin, end = _from_midnight_to_midnight(first, last, viewer_tz)
    reach = timedelta(minutes=duration_of(rulebook, wish))
    around = Around(wish=wish, starts_at=begin, ends_at=end + reach, now=now, counted=(begin, end))
    query, facts = _read(rulebook, around)
    return query, facts.bookings


def _from_midnight_to_midnight(first: date, last: date, tz: str) -> tuple[datetime, datetime]:
    begin, end = (
        moment(availability.resolve_wall(day, time.min, tz))
        for day in (first, last + timedelta(days=1))
    )
    return begin, end


def query_of_start(
    rulebook: Rulebook,
    wish: Wish,
    start: datetime,
    now: datetime,
    *,
    thing_ids: Collection[int] | None = None,
) -> Query:
    """All that the engine needs to know of one start; of rooms and equipment only `thing_ids`."""
    ends_at = start + timedelta(minutes=duration_of(rulebook, wish))
    around = Around(wish=wish, starts_at=start, ends_at=ends_at, now=now)
    return _read(rulebook, around, thing_ids=thing_ids)[0]


def _read(
    rulebook: Rulebook, around: Around, *, thing_ids: Collection[int] | None = None
) -> tuple[Query, Facts]:
    """The rules, and what is taken around that time; of rooms and equipment only `thing_ids`."""
    wish = around.wish
    rules = rulebook.services[wish.service.pk]
    minutes = duration_of(rulebook, wish)
    provider_ids = _providers_asked(rulebook, wish)
    groups = {
        group.id: [pk for pk in group.resource_ids if thing_ids is None or pk in thing_ids]
        for group in rulebook.groups.get(wish.service.pk, ())
        if provider_ids
    }
    members = [pk for ids in groups.values() for pk in ids]
    facts = read_facts(rulebook, [*provider_ids, *members], around)
    has_sessions = rules.starts == Starts.PLANNED or rules.capacity > 1
    query = Query(
        rules=rules.lasting(minutes),
        providers=tuple(provider_of(rulebook, pk, facts) for pk in provider_ids),
        business_tz=rulebook.timezone,
        now=instant(around.now),
        groups=tuple(
            availability.Group(pk, tuple(thing_of(rulebook, member, facts) for member in ids))
            for pk, ids in groups.items()
        ),
        sessions=live_sessions(around, duration_minutes=minutes) if has_sessions else (),
        session_starts=starts_of_service(around) if rules.limits.by_period() else (),
        spots=wish.spots,
    )
    return query, facts


def _providers_asked(rulebook: Rulebook, wish: Wish) -> tuple[int, ...]:
    """Who could give a new session; nobody where a certain one is to be joined, or only planned
    ones can.
    """
    rules = rulebook.services[wish.service.pk]
    if wish.session_id is not None or rules.starts == Starts.PLANNED:
        return ()
    ids = rulebook.providers.get(wish.service.pk, ())
    return ids if wish.provider_id is None else tuple(pk for pk in ids if pk == wish.provider_id)
