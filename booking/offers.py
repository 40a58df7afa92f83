"""What can be booked now: the rules, and what is taken, put to the engine."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from booking import availability
from booking.availability import Explanation, Query, Refusal, Slot
from booking.availability.values import NO_LIMITS
from booking.models import Claim, Service
from booking.rulebook import Rulebook
from booking.taken import instant, live_providers, starts_of_service


def find_slots(
    rulebook: Rulebook,
    service: Service,
    *,
    first: date,
    last: date,
    viewer_tz: str,
    now: datetime,
    provider_id: int | None = None,
) -> list[Slot]:
    """All starts that can be booked on the dates `first` to `last`, both in `viewer_tz`."""
    ids = _asked(rulebook, service, provider_id)
    if not ids:
        return []
    return availability.find_slots(
        _query_of_dates(rulebook, service, ids, first=first, last=last, now=now),
        viewer_tz=viewer_tz,
        first=first,
        last=last,
    )


def refusals_by_provider(
    rulebook: Rulebook,
    service: Service,
    *,
    start: datetime,
    now: datetime,
    provider_id: int | None = None,
) -> dict[int, frozenset[Refusal]]:
    """For each provider in question, in order, why they cannot take the start, if they cannot."""
    if service.pk not in rulebook.services:
        return {}
    found = explain(rulebook, service, start=start, now=now, provider_id=provider_id)
    return {
        way.provider_id: frozenset(reason.code for reason in way.reasons)
        for way in found.ways
        if way.provider_id is not None
    }


def explain(
    rulebook: Rulebook,
    service: Service,
    *,
    start: datetime,
    now: datetime,
    provider_id: int | None = None,
) -> Explanation:
    """Whether a start is offered, and if not, every reason why not; for an active service."""
    rules = rulebook.services[service.pk]
    ids = _asked(rulebook, service, provider_id)
    ends_at = start + timedelta(minutes=rules.duration_minutes)
    query = _query(rulebook, service, ids, starts_at=start, ends_at=ends_at, now=now)
    return availability.explain(query, start=instant(start))


def explain_day(
    rulebook: Rulebook,
    service: Service,
    *,
    day: date,
    viewer_tz: str,
    now: datetime,
    provider_id: int | None = None,
) -> list[Explanation]:
    """Every start that the opening hours give on `day` in `viewer_tz`, taken or not, explained."""
    ids = _asked(rulebook, service, provider_id)
    query = _query_of_dates(rulebook, service, ids, first=day, last=day, now=now)
    starts = availability.find_slots(
        _as_if_nothing_were_taken(query, day), viewer_tz=viewer_tz, first=day, last=day
    )
    return [availability.explain(query, start=slot.starts_at) for slot in starts]


def _as_if_nothing_were_taken(query: Query, day: date) -> Query:
    """Opening hours and grid alone, asked so that `day` is neither too soon nor too far."""
    providers = tuple(
        replace(provider, blocked=(), claims=(), busy=(), limits=NO_LIMITS)
        for provider in query.providers
    )
    rules = replace(query.rules, minimum_notice_minutes=0, booking_horizon_days=7, limits=NO_LIMITS)
    before = instant(datetime.combine(day, time.min, UTC) - timedelta(days=2))
    return replace(query, providers=providers, rules=rules, now=before, session_starts=())


def next_slot(
    rulebook: Rulebook,
    service: Service,
    *,
    after: date,
    viewer_tz: str,
    now: datetime,
    provider_id: int | None = None,
) -> Slot | None:
    """The first start that can be booked on `after` or later, up to the horizon."""
    rules = rulebook.services.get(service.pk)
    if rules is None:
        return None
    # The horizon counts days of the business's zone; the viewer's may lie a day behind or ahead.
    last = now.date() + timedelta(days=rules.booking_horizon_days + 2)
    slots = find_slots(
        rulebook,
        service,
        first=max(after, now.date() - timedelta(days=1)),
        last=last,
        viewer_tz=viewer_tz,
        now=now,
        provider_id=provider_id,
    )
    return slots[0] if slots else None


def nearest_slots(
    rulebook: Rulebook,
    service: Service,
    *,
    start: datetime,
    now: datetime,
    provider_id: int | None = None,
    count: int = 6,
) -> list[Slot]:
    """The bookable starts closest to `start`, in the order of time: what the loser is shown."""
    slots = find_slots(
        rulebook,
        service,
        first=start.date() - timedelta(days=7),
        last=start.date() + timedelta(days=14),
        viewer_tz="UTC",
        now=now,
        provider_id=provider_id,
    )
    wished = instant(start)
    closest = sorted(slots, key=lambda slot: (abs(slot.starts_at - wished), slot.starts_at))
    return sorted(closest[:count], key=lambda slot: slot.starts_at)


def fairest_first(
    rulebook: Rulebook, provider_ids: Sequence[int], *, start: datetime, now: datetime
) -> list[int]:
    """`provider_ids`, which come by priority, in the order of whose turn it is (rule 11).

    For how long somebody has been free is known for the last two weeks.
    """
    if len(provider_ids) < 2:
        return list(provider_ids)
    # On either side the week of the start ends within these days.
    claims = Claim.objects.live(now).filter(
        resource__in=provider_ids,
        starts_at__gte=start - timedelta(days=14),
        starts_at__lt=start + timedelta(days=8),
    )
    sessions: dict[int, list[availability.Span]] = defaultdict(list)
    for pk, begin, end in claims.values_list("resource_id", "starts_at", "ends_at"):
        sessions[pk].append(availability.Span(instant(begin), instant(end)))
    workloads = {
        pk: availability.workload(taken, start=instant(start), business_tz=rulebook.timezone)
        for pk, taken in sessions.items()
    }
    ways = [availability.Way(pk, session_id=None, reasons=()) for pk in provider_ids]
    ordered = availability.fairest_first(ways, workloads)
    return [way.provider_id for way in ordered if way.provider_id is not None]


def _query_of_dates(
    rulebook: Rulebook,
    service: Service,
    provider_ids: Sequence[int],
    *,
    first: date,
    last: date,
    now: datetime,
) -> availability.Query:
    # A day more on either side holds those dates in every zone.
    starts_at = datetime.combine(first, time.min, UTC) - timedelta(days=1)
    # … and a start on the last of them reaches as far as its duration and its buffer.
    ends_at = datetime.combine(last, time.min, UTC) + timedelta(days=4)
    return _query(rulebook, service, provider_ids, starts_at=starts_at, ends_at=ends_at, now=now)


def _query(
    rulebook: Rulebook,
    service: Service,
    provider_ids: Sequence[int],
    *,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> availability.Query:
    """The rules, and what is taken around `[starts_at, ends_at)`."""
    rules = rulebook.services[service.pk]
    providers = live_providers(
        rulebook, provider_ids, starts_at=starts_at, ends_at=ends_at, now=now
    )
    is_limited = bool(rules.limits.by_period())
    starts = starts_of_service(service, starts_at, ends_at, now) if is_limited else ()
    return availability.Query(
        rules=rules,
        providers=tuple(providers),
        business_tz=rulebook.timezone,
        now=instant(now),
        session_starts=tuple(starts),
    )


def _asked(rulebook: Rulebook, service: Service, provider_id: int | None) -> tuple[int, ...]:
    ids = rulebook.providers.get(service.pk, ())
    return ids if provider_id is None else tuple(pk for pk in ids if pk == provider_id)
