"""What is taken of people's time, always read live, in the engine's own values."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from django.db.models import F, Q

from booking import availability
from booking.availability import Instant, Provider
from booking.availability.values import NO_LIMITS
from booking.models import BlockedPeriod, Claim, Service
from booking.rulebook import Rulebook

# The longest buffer on either side: claims farther away cannot matter to a start.
_REACH = timedelta(minutes=1440)


def live_providers(
    rulebook: Rulebook,
    resource_ids: Sequence[int],
    *,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> list[Provider]:
    """The people with what takes their time around `[starts_at, ends_at)`, in two queries."""
    claims: dict[int, list[availability.Claim]] = defaultdict(list)
    rows = (
        Claim.objects.live(now)
        .filter(
            resource__in=resource_ids,
            ends_at__gt=starts_at - _REACH,
            starts_at__lt=ends_at + _REACH,
        )
        .values_list(
            "resource_id",
            "session_id",
            "starts_at",
            "ends_at",
            "buffer_before_minutes",
            "buffer_after_minutes",
        )
    )
    for resource_id, session_id, start, end, before, after in rows:
        claims[resource_id].append(
            availability.Claim(instant(start), instant(end), before, after, id=session_id)
        )
    blocked = _blocked(rulebook, resource_ids, starts_at, ends_at)
    starts = _starts_by_resource(rulebook, resource_ids, starts_at, ends_at, now)
    return [
        Provider(
            id=pk,
            schedule=rulebook.hours[pk],
            blocked=tuple(blocked[None] + blocked[pk]),
            claims=tuple(claims[pk]),
            limits=rulebook.limits.get(pk, NO_LIMITS),
            session_starts=tuple(starts[pk]),
        )
        for pk in resource_ids
    ]


def _starts_by_resource(
    rulebook: Rulebook,
    resource_ids: Sequence[int],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> dict[int, list[Instant]]:
    """Of the resources that have limits, when their sessions start in the periods in question."""
    starts: dict[int, list[Instant]] = defaultdict(list)
    if limited := [pk for pk in resource_ids if pk in rulebook.limits]:
        begin, end = _whole_periods(starts_at, ends_at)
        rows = Claim.objects.live(now).filter(
            resource__in=limited, starts_at__gte=begin, starts_at__lt=end
        )
        for resource_id, start in rows.values_list("resource_id", "starts_at"):
            starts[resource_id].append(instant(start))
    return starts


def starts_of_service(
    service: Service, starts_at: datetime, ends_at: datetime, now: datetime
) -> list[Instant]:
    begin, end = _whole_periods(starts_at, ends_at)
    rows = Claim.objects.live(now).filter(
        session__service=service,
        session__provider=F("resource"),
        starts_at__gte=begin,
        starts_at__lt=end,
    )
    return [instant(start) for start in rows.values_list("starts_at", flat=True)]


def _whole_periods(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Every day, week and month that a start in between can count in, whatever the zone."""
    return starts_at - timedelta(days=33), ends_at + timedelta(days=33)


def _blocked(
    rulebook: Rulebook, resource_ids: Sequence[int], starts_at: datetime, ends_at: datetime
) -> dict[int | None, list[availability.Span]]:
    spans: dict[int | None, list[availability.Span]] = defaultdict(list)
    periods = BlockedPeriod.objects.filter(
        Q(resource__isnull=True) | Q(resource__in=resource_ids), business=rulebook.business_id
    )
    for period in periods.touching(starts_at, ends_at):
        spans[period.resource_id].append(_span(period, rulebook.timezone))
    return spans


def _span(period: BlockedPeriod, timezone: str) -> availability.Span:
    if period.first_date and period.last_date:
        midnight = time.min
        return availability.Span(
            availability.resolve_wall(period.first_date, midnight, timezone),
            availability.resolve_wall(period.last_date + timedelta(days=1), midnight, timezone),
            id=period.pk,
        )
    if not (period.starts_at and period.ends_at):
        raise AssertionError("a check constraint holds that a period has dates or times")
    return availability.Span(instant(period.starts_at), instant(period.ends_at), id=period.pk)


def instant(moment: datetime) -> Instant:
    """Whole seconds since the epoch; a fraction of a start would lie between two grids."""
    return int(moment.timestamp())


def moment(value: Instant) -> datetime:
    return datetime.fromtimestamp(value, UTC)
