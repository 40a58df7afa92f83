"""One resource of each required group of rooms or equipment: rule 11 of the rules of time."""

from collections.abc import Iterator

from booking.availability.intervals import outside
from booking.availability.opening import fitting_starts, open_time
from booking.availability.query import Group, Query
from booking.availability.reasons import NoRoom, Refusal, Refused
from booking.availability.resources import resource_reasons, untaken
from booking.availability.values import Instant, Resource


def starts_with_room(query: Query, starts: list[Instant]) -> list[Instant]:
    """Those of the starts, which come in order, at which every group has a free resource."""
    for group in query.groups:
        having: set[Instant] = set()
        for resource in group.resources:
            having.update(_free_starts(query, resource, starts))
        starts = [start for start in starts if start in having]
    return starts


def groups_without_room(query: Query, start: Instant) -> list[NoRoom]:
    """The groups of which no resource is free at the start, with the reasons of each."""
    return [
        NoRoom(Refusal.NO_ROOM, group.id, tuple(_members_refused(query, group, start)))
        for group in query.groups
        if _first_free(query, group, start) is None
    ]


def choose_resources(query: Query, *, start: Instant) -> tuple[int, ...] | None:
    """The first free resource of each group, in the order of the groups.

    None if some group has none. Nothing but the resources' own time counts: asked under the lock,
    the answer is what a session at `start` takes beside its provider.
    """
    chosen = [_first_free(query, group, start) for group in query.groups]
    found = tuple(pk for pk in chosen if pk is not None)
    return found if len(found) == len(chosen) else None


def _members_refused(query: Query, group: Group, start: Instant) -> Iterator[Refused]:
    for resource in group.resources:
        yield Refused(resource.id, tuple(resource_reasons(query, resource, start)))


def _first_free(query: Query, group: Group, start: Instant) -> int | None:
    free = (member.id for member in group.resources if _free_starts(query, member, [start]))
    return next(free, None)


def _free_starts(query: Query, resource: Resource, starts: list[Instant]) -> list[Instant]:
    free = untaken(query, resource, starts)
    if resource.schedule is None or not free:
        return free
    opening = open_time(resource.schedule, None, free[0], free[-1] + query.rules.duration)
    closed = set(outside(free, fitting_starts(opening, query.rules)))
    return [start for start in free if start not in closed]
