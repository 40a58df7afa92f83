"""Sessions that are planned ahead: rule 10 of the rules of time.

Opening hours, grid, notice and limits bind none of them. Public holidays, time off, a room's own
hours, buffers and outside busy time do, unless staff plan all the same; claims always do.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from booking.availability.query import Query
from booking.availability.reasons import Reason
from booking.availability.resources import resource_reasons
from booking.availability.rooms import choose_resources, groups_without_room
from booking.availability.values import (
    NO_LIMITS,
    Claim,
    Instant,
    Provider,
    Resource,
    Schedule,
    WallWindow,
)
from booking.availability.wallclock import MIDNIGHT

_WHOLE_DAY = (WallWindow(MIDNIGHT, MIDNIGHT),)


@dataclass(frozen=True, slots=True)
class Plan:
    """A start, and the provider, rooms and equipment of a session there, or what is against it."""

    starts_at: Instant
    resource_ids: tuple[int, ...]
    reasons: tuple[Reason, ...]


def plan(query: Query, starts: Iterable[Instant], *, override: bool) -> Iterator[Plan]:
    """Sessions of the query's one provider at the starts, each in the way of those after it.

    With `override` nothing is in the way but what is claimed. A session of the same plan has no
    id.
    """
    query = _as_if_all_were_open(query) if override else _regardless_of_hours(query)
    for start in starts:
        planned = _plan(query, start)
        yield planned
        if not planned.reasons:
            query = _with_session(query, planned)


def _plan(query: Query, start: Instant) -> Plan:
    [provider] = query.providers
    reasons = [*resource_reasons(query, provider, start), *groups_without_room(query, start)]
    things = choose_resources(query, start=start) or ()
    return Plan(start, (provider.id, *things), tuple(reasons))


def _regardless_of_hours(query: Query) -> Query:
    [provider] = query.providers
    # A date with hours of its own is none of the public holidays, whatever they are.
    always = replace(
        provider.schedule,
        weekly=(_WHOLE_DAY,) * 7,
        overrides=dict.fromkeys(provider.schedule.overrides, _WHOLE_DAY),
    )
    return _replacing(
        query,
        replace(provider, schedule=always, limits=NO_LIMITS),
        lambda thing: replace(thing, limits=NO_LIMITS),
    )


def _as_if_all_were_open(query: Query) -> Query:
    [provider] = query.providers
    always = Schedule(provider.schedule.tz, weekly=(_WHOLE_DAY,) * 7)
    rules = replace(query.rules, buffer_before_minutes=0, buffer_after_minutes=0)
    return _replacing(
        replace(query, rules=rules),
        Provider(provider.id, always, claims=_without_buffers(provider)),
        lambda thing: Resource(thing.id, None, claims=_without_buffers(thing)),
    )


def _without_buffers(resource: Resource) -> tuple[Claim, ...]:
    return tuple(
        replace(claim, buffer_before_minutes=0, buffer_after_minutes=0) for claim in resource.claims
    )


def _with_session(query: Query, planned: Plan) -> Query:
    rules = query.rules
    claim = Claim(
        planned.starts_at,
        planned.starts_at + rules.duration,
        rules.buffer_before_minutes,
        rules.buffer_after_minutes,
    )
    [provider] = query.providers
    return _replacing(
        query,
        replace(provider, claims=(*provider.claims, claim)),
        lambda thing: (
            replace(thing, claims=(*thing.claims, claim))
            if thing.id in planned.resource_ids
            else thing
        ),
    )


def _replacing(query: Query, provider: Provider, replaced: Callable[[Resource], Resource]) -> Query:
    groups = tuple(
        replace(group, resources=tuple(map(replaced, group.resources))) for group in query.groups
    )
    return replace(query, providers=(provider,), groups=groups)
