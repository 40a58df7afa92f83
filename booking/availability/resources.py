"""Which starts the time of a provider or a room allows: rules 3 to 6 and 8 of the rules of time."""

from booking.availability.conflicts import conflicts, conflicts_at
from booking.availability.grid import grid_between, starts_on_grid
from booking.availability.intervals import clip, outside
from booking.availability.limits import full_for_resource, reached_at
from booking.availability.opening import fitting_starts, open_time, why_closed
from booking.availability.query import Query
from booking.availability.reasons import Reason, Refusal
from booking.availability.values import Instant, Provider, Resource, Schedule, ServiceRules


def starts_by_hours(
    rules: ServiceRules, schedule: Schedule, since: Instant, until: Instant
) -> list[Instant]:
    """The starts in `[since, until)` on the schedule's grid that fit into its hours, in order."""
    opening = open_time(schedule, rules.schedule, since, until + rules.duration)
    grid = grid_between(rules, opening, schedule.tz, since, until)
    return starts_on_grid(grid, list(clip(fitting_starts(opening, rules), since, until)))


def untaken(query: Query, resource: Resource, starts: list[Instant]) -> list[Instant]:
    """Those of the starts, which come in order, that nothing taken and no limit forbids."""
    forbidden = [starts for _, starts in full_for_resource(query, resource)]
    for _, _, taken in conflicts(resource, query.rules):
        forbidden += taken
    return outside(starts, forbidden)


def provider_reasons(query: Query, provider: Provider, start: Instant) -> list[Reason]:
    """Every reason why the provider cannot take the start.

    Outside opening hours it is closed and never off the grid: there is no grid there.
    """
    rules, end = query.rules, start + 1
    reasons = resource_reasons(query, provider, start)
    if rules.schedule is not None:
        reasons += why_closed(rules.schedule, start, start + rules.duration, None)
    opening = open_time(provider.schedule, rules.schedule, start, end)
    grid = grid_between(rules, opening, provider.schedule.tz, start, end)
    if any(clip(opening.time, start, end)) and not starts_on_grid(grid, [(start, end)]):
        reasons.append(Reason(Refusal.OFF_GRID))
    return reasons


def resource_reasons(query: Query, resource: Resource, start: Instant) -> list[Reason]:
    """Every reason why the resource's own time cannot be taken at the start."""
    reasons: list[Reason] = []
    if resource.schedule is not None:
        end = start + query.rules.duration
        reasons += why_closed(resource.schedule, start, end, resource.id)
    reasons += conflicts_at(resource, query.rules, start)
    reasons += reached_at(full_for_resource(query, resource), start)
    return reasons
