"""A business's services, people, hours and time off, compiled for the engine.

The rules change seldom: they are compiled in a constant number of queries, and kept under a
version that every change of them renews. What is taken changes with every booking: `taken` reads
it live.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby

from accounts.models import Business
from booking import availability
from booking.availability import ServiceRules, Span, WallWindow
from booking.availability.values import Limits
from booking.models import (
    BlockedPeriod,
    BookingSettings,
    RequiredGroup,
    Resource,
    ResourceKind,
    Schedule,
    Service,
)
from booking.models.limits import Limited
from booking.no_shows import NoShowPolicy, policy_of
from booking.public_holidays import holidays_of
from config.core import clock
from config.core.prepared import Prepared, id_param, text_param


@dataclass(frozen=True, slots=True)
class RequiredThings:
    """Rooms or equipment, by id, of which one is needed; the first that is free is taken."""

    id: int
    resource_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`services` by service id, with the usual duration; `providers` by service id, in order.

    `offered` are the active services by slug, with their questions, business and its settings.
    These and the `resources` by id belong to all threads and are only read. `groups` by service id:
    the rooms and equipment of which each booking needs one, in order. `hours` and `public_ids` by
    resource id; a room or equipment may have no hours and is always open. `blocked` is time off by
    resource id, of everybody under None. `need_approval` are services whose bookings wait for an
    answer, for so many minutes; requests for those in `requests_give_way` take no time until they
    are approved. `no_shows` is what follows from a client's no-shows, if anything does.
    """

    business_id: int
    timezone: str
    offered: Mapping[str, Service]
    services: Mapping[int, ServiceRules]
    durations: Mapping[int, frozenset[int]]
    providers: Mapping[int, tuple[int, ...]]
    groups: Mapping[int, tuple[RequiredThings, ...]]
    resources: Mapping[int, Resource]
    public_ids: Mapping[int, str]
    hours: Mapping[int, availability.Schedule | None]
    blocked: Mapping[int | None, tuple[Span, ...]]
    need_approval: frozenset[int]
    requests_give_way: frozenset[int]
    pending_expiry_minutes: int
    hold_seconds: int
    no_shows: NoShowPolicy | None
    # Of the resources that have some, by id.
    limits: Mapping[int, Limits]


@dataclass
class CacheCount:
    hits: int = 0
    misses: int = 0


# In each process: the version is asked of the database every time, so nothing has to be told.
_kept: dict[int, tuple[tuple[object, int], Rulebook]] = {}
_KEEP = 500
_LOOKED_BACK_AT = timedelta(days=93)
cache_count = CacheCount()


def rulebook_of(business: Business) -> Rulebook:
    """The rules as they are now: one query while nothing has changed since they were compiled."""
    [row] = _VERSION_OF.rows({"business": business.pk})
    return _rulebook(*row)


def rulebook_at(slug: str) -> Rulebook | None:
    """As `rulebook_of`, of the business that has this slug now; None when there is none."""
    rows = _VERSION_AT.rows({"slug": slug})
    return _rulebook(*rows[0]) if rows else None


_versions = BookingSettings.objects.values_list("business_id", "rules_version")
_VERSION_OF = Prepared(_versions.filter(business=id_param("business")))
_VERSION_AT = Prepared(_versions.filter(business__slug=text_param("slug")))


def _rulebook(business_id: int, version: object) -> Rulebook:
    """`version` was asked first: rules that are newer are compiled once more, never kept old."""
    # Public holidays are compiled for some years ahead.
    key = (version, clock.now().year)
    known = _kept.get(business_id)
    if known and known[0] == key:
        cache_count.hits += 1
        return known[1]
    cache_count.misses += 1
    if len(_kept) >= _KEEP:
        _kept.clear()
    compiled = compile_rulebook(business_id)
    _kept[business_id] = (key, compiled)
    return compiled


def compile_rulebook(business_id: int) -> Rulebook:
    """The rules of all that is active of a business, in nine queries."""
    settings = BookingSettings.objects.select_related("business").get(business=business_id)
    business, timezone = settings.business, settings.business.timezone
    schedules = _schedules(business, timezone, _holidays(settings))
    services = list(Service.objects.for_business(business).active().prefetch_related("questions"))
    resources = Resource.objects.for_business(business).active()
    limits = {resource.pk: limits_of(resource) for resource in resources}
    return Rulebook(
        business_id=business.pk,
        timezone=timezone,
        offered={service.slug: _of(service, business) for service in services},
        services={service.pk: _rules(service, settings, schedules) for service in services},
        durations={service.pk: frozenset(service.durations_minutes) for service in services},
        providers=_providers(business),
        groups=_groups(business),
        resources={resource.pk: resource for resource in resources},
        public_ids={resource.pk: str(resource.public_id) for resource in resources},
        hours={
            resource.pk: schedules.get(_schedule_id(resource, settings)) for resource in resources
        },
        blocked=_blocked(business, timezone),
        need_approval=frozenset(
            service.pk for service in services if service.needs_approval(settings)
        ),
        requests_give_way=frozenset(
            service.pk for service in services if not service.pending_blocks
        ),
        pending_expiry_minutes=settings.pending_expiry_minutes,
        hold_seconds=settings.hold_seconds,
        no_shows=policy_of(settings),
        limits={pk: own for pk, own in limits.items() if own.by_period()},
    )


def _of(service: Service, business: Business) -> Service:
    service.business = business
    return service


def _schedules(
    business: Business, timezone: str, holidays: frozenset[date]
) -> dict[int | None, availability.Schedule]:
    rows = Schedule.objects.for_business(business).prefetch_related(
        "weekly_hours", "date_overrides"
    )
    return {row.pk: _schedule(row, timezone, holidays) for row in rows}


def _schedule_id(resource: Resource, settings: BookingSettings) -> int | None:
    """People without hours of their own follow the business; things are then always open."""
    if resource.kind == ResourceKind.PERSON:
        return resource.schedule_id or settings.default_schedule_id
    return resource.schedule_id


def _providers(business: Business) -> dict[int, tuple[int, ...]]:
    offered = Service.providers.through.objects.filter(
        service__in=Service.objects.for_business(business).active(),
        resource__in=Resource.objects.for_business(business).active().people(),
    ).order_by("resource__priority", "resource__name", "resource_id")
    providers: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for service_id, resource_id in offered.values_list("service_id", "resource_id"):
        providers[service_id] += (resource_id,)
    return providers


def _groups(business: Business) -> dict[int, tuple[RequiredThings, ...]]:
    """A thing that two groups of a service name counts for the first of them."""
    rows = (
        RequiredGroup.objects.for_business(business)
        .order_by("service_id", "id", "resources__priority", "resources__name", "resources__id")
        .values_list("service_id", "id", "resources", "resources__is_active")
    )
    groups: dict[int, tuple[RequiredThings, ...]] = {}
    for service_id, of_service in groupby(rows, key=lambda row: row[0]):
        seen: set[int] = set()
        for group_id, members in groupby(of_service, key=lambda row: row[1]):
            usable = [pk for _, _, pk, is_active in members if is_active and pk not in seen]
            seen.update(usable)
            things = RequiredThings(group_id, tuple(usable))
            groups[service_id] = (*groups.get(service_id, ()), things)
    return groups


def _blocked(business: Business, timezone: str) -> dict[int | None, tuple[Span, ...]]:
    """Time off to come, and as far back as anybody looks at what was free."""
    since = clock.now() - _LOOKED_BACK_AT
    spans: dict[int | None, tuple[Span, ...]] = defaultdict(tuple)
    for period in BlockedPeriod.objects.for_business(business).ending_after(since):
        spans[period.resource_id] += (_span(period, timezone),)
    return spans


def _span(period: BlockedPeriod, timezone: str) -> Span:
    """The time that a blocked period takes; whole days are those of `timezone`."""
    if period.first_date and period.last_date:
        midnight = time.min
        return Span(
            availability.resolve_wall(period.first_date, midnight, timezone),
            availability.resolve_wall(period.last_date + timedelta(days=1), midnight, timezone),
            id=period.pk,
        )
    if not (period.starts_at and period.ends_at):
        raise AssertionError("a check constraint holds that a period has dates or times")
    begin, end = (int(moment.timestamp()) for moment in (period.starts_at, period.ends_at))
    return Span(begin, end, id=period.pk)


def _holidays(settings: BookingSettings) -> frozenset[date]:
    """Public holidays as far as anybody can book, from this year on."""
    if not settings.holidays_country:
        return frozenset()
    place = settings.holidays_country, settings.holidays_region
    this_year = clock.now().year
    years = range(this_year - 1, this_year + 4)
    return frozenset(day for year in years for day in holidays_of(*place, year))


def limits_of(limited: Limited) -> Limits:
    return Limits(limited.limit_per_day, limited.limit_per_week, limited.limit_per_month)


def _schedule(
    schedule: Schedule, business_tz: str, holidays: frozenset[date]
) -> availability.Schedule:
    weekly: list[list[WallWindow]] = [[] for _ in range(7)]
    for hours in schedule.weekly_hours.all():
        weekly[hours.weekday].append(WallWindow(hours.start, hours.end))
    overrides = groupby(schedule.date_overrides.all(), key=lambda row: row.date)
    return availability.Schedule(
        tz=schedule.timezone or business_tz,
        weekly=tuple(tuple(windows) for windows in weekly),
        overrides={
            day: tuple(WallWindow(row.start, row.end) for row in rows if row.start and row.end)
            for day, rows in overrides
        },
        holidays=holidays,
    )


def _rules(
    service: Service,
    settings: BookingSettings,
    schedules: Mapping[int | None, availability.Schedule],
) -> ServiceRules:
    def own(name: str) -> int:
        value = getattr(service, name)
        return int(getattr(settings, name) if value is None else value)

    return ServiceRules(
        duration_minutes=service.duration_minutes,
        slot_interval_minutes=service.slot_interval_minutes,
        slot_alignment=availability.SlotAlignment(service.slot_alignment),
        buffer_before_minutes=own("buffer_before_minutes"),
        buffer_after_minutes=own("buffer_after_minutes"),
        minimum_notice_minutes=own("minimum_notice_minutes"),
        booking_horizon_days=own("booking_horizon_days"),
        schedule=schedules[service.schedule_id] if service.schedule_id else None,
        starts=availability.Starts(service.starts),
        capacity=service.capacity,
        limits=limits_of(service),
    )
