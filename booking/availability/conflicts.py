"""The starts that time already taken forbids: rule 6 of the rules of time.

Each function turns taken time into intervals of starts, one for one and in the same order.
"""

from collections.abc import Iterable, Iterator, Sequence

from booking.availability.intervals import Interval
from booking.availability.reasons import Refusal, Taken
from booking.availability.values import MINUTE, Claim, Instant, Resource, ServiceRules, Span


def conflicts(
    resource: Resource, rules: ServiceRules
) -> list[tuple[Refusal, Sequence[Span], list[Interval]]]:
    """All that is taken of the resource: why, what it is, and the starts that each forbids."""
    return [
        (Refusal.BLOCKED, resource.blocked, overlapping_starts(resource.blocked, rules)),
        (Refusal.CLAIMED, resource.claims, crowding_starts(resource.claims, rules)),
        (Refusal.BUSY, resource.busy, nearing_starts(resource.busy, rules)),
    ]


def conflicts_at(resource: Resource, rules: ServiceRules, start: Instant) -> Iterator[Taken]:
    """Everything that forbids this one start; a neighbour that is only too near has its buffer."""
    for why, spans, forbidden in conflicts(resource, rules):
        for span, (begin, end) in zip(spans, forbidden, strict=True):
            if begin <= start < end:
                overlaps = start < span.ends_at and span.starts_at < start + rules.duration
                yield Taken(why if overlaps else Refusal.BUFFER, span)


def overlapping_starts(spans: Iterable[Span], rules: ServiceRules) -> list[Interval]:
    """The starts at which a session would overlap the span; touching is not overlapping."""
    reach = rules.duration - 1
    return [(span.starts_at - reach, span.ends_at) for span in spans]


def nearing_starts(spans: Iterable[Span], rules: ServiceRules) -> list[Interval]:
    """The starts at which a session would overlap the span or have it inside its own buffers."""
    reach = rules.duration - 1 + rules.buffer_after_minutes * MINUTE
    before = rules.buffer_before_minutes * MINUTE
    return [(span.starts_at - reach, span.ends_at + before) for span in spans]


def crowding_starts(claims: Iterable[Claim], rules: ServiceRules) -> list[Interval]:
    """The starts at which a session would overlap the claim or leave too small a gap to it.

    Between two sessions the larger counts of the after-buffer of the earlier and the before-buffer
    of the later.
    """
    reach = rules.duration - 1
    own_before, own_after = rules.buffer_before_minutes, rules.buffer_after_minutes
    crowding = []
    for claim in claims:
        # A call of max() here would take a tenth of a whole month's query.
        gap_before, gap_after = claim.buffer_before_minutes, claim.buffer_after_minutes
        if own_after > gap_before:
            gap_before = own_after
        if own_before > gap_after:
            gap_after = own_before
        first = claim.starts_at - reach - gap_before * MINUTE
        crowding.append((first, claim.ends_at + gap_after * MINUTE))
    return crowding
