"""A business's services, people and hours, compiled for the engine.

The rules change seldom: they are compiled in a constant number of queries, and kept under a
version that every change of them renews. What is taken changes with every booking: `taken` reads
it live.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from accounts.models import Business
from booking import availability
from booking.availability import ServiceRules, WallWindow
from booking.availability.values import Limits
from booking.models import BookingSettings, Resource, Schedule, Service
from booking.models.limits import Limited
from booking.public_holidays import holidays_of
from config.core import clock


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`services` by service id, `hours` by resource id, `providers` by service id, in order.

    `need_approval` are ids of services whose bookings wait for an answer, for so many minutes.
    """

    business_id: int
    timezone: str
    services: Mapping[int, ServiceRules]
    hours: Mapping[int, availability.Schedule]
    providers: Mapping[int, tuple[int, ...]]
    need_approval: frozenset[int]
    pending_expiry_minutes: int
    # Of the resources that have some, by id.
    limits: Mapping[int, Limits]


@dataclass
class CacheCount:
    hits: int = 0
    misses: int = 0


# In each process: the version is asked of the database every time, so nothing has to be told.
_kept: dict[int, tuple[tuple[UUID, str, int], Rulebook]] = {}
_KEEP = 500
cache_count = CacheCount()


def rulebook_of(business: Business) -> Rulebook:
    """The rules as they are now: one query while nothing has changed since they were compiled."""
    versions = BookingSettings.objects.for_business(business)
    # Asked first: rules that are newer than their version are compiled once more, never kept old.
    # The zone is the business's own, whose changes renew nothing.
    version, timezone = versions.values_list("rules_version", "business__timezone").get()
    # Public holidays are compiled for some years ahead.
    key = (version, timezone, clock.now().year)
    known = _kept.get(business.pk)
    if known and known[0] == key:
        cache_count.hits += 1
        return known[1]
    cache_count.misses += 1
    if len(_kept) >= _KEEP:
        _kept.clear()
    compiled = compile_rulebook(business, timezone)
    _kept[business.pk] = (key, compiled)
    return compiled


def compile_rulebook(business: Business, timezone: str) -> Rulebook:
    """The rules of all active services and people of a business in `timezone`, in six queries."""
    settings = BookingSettings.objects.for_business(business).get()
    holidays = _holidays(settings)
    schedules = {
        schedule.pk: _schedule(schedule, timezone, holidays)
        for schedule in Schedule.objects.for_business(business).prefetch_related(
            "weekly_hours", "date_overrides"
        )
    }
    services = Service.objects.for_business(business).active()
    people = Resource.objects.for_business(business).active().people()
    limits = {person.pk: limits_of(person) for person in people}
    offered = Service.providers.through.objects.filter(
        service__in=services, resource__in=people
    ).order_by("resource__priority", "resource__name", "resource_id")
    providers: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for service_id, resource_id in offered.values_list("service_id", "resource_id"):
        providers[service_id] += (resource_id,)
    return Rulebook(
        business_id=business.pk,
        timezone=timezone,
        services={service.pk: _rules(service, settings, schedules) for service in services},
        hours={
            person.pk: schedules[person.schedule_id or settings.default_schedule_id]
            for person in people
        },
        providers=providers,
        need_approval=frozenset(
            service.pk for service in services if service.needs_approval(settings)
        ),
        pending_expiry_minutes=settings.pending_expiry_minutes,
        limits={pk: own for pk, own in limits.items() if own.by_period()},
    )


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
    schedules: Mapping[int, availability.Schedule],
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
        limits=limits_of(service),
    )
