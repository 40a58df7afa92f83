"""What is taken of people's and things' time, always read live, in the engine's own values."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import (
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from booking import availability
from booking.availability import Instant, Provider, Resource
from booking.availability.values import NO_LIMITS
from booking.lifecycle import Status
from booking.models import Booking, Claim, Hold, Session
from booking.models.session import ClaimQuerySet
from booking.rulebook import Rulebook
from booking.wish import Wish
from config.core.prepared import Epoch, Prepared, id_param, moment_param

# The longest buffer on either side: claims farther away cannot matter to a start.
_REACH = timedelta(minutes=1440)
# Every day, week and month that a start can count in, whatever the zone.
_WHOLE_PERIODS = timedelta(days=33)

_BY_RESOURCE = (
    "resource_id",
    "session_id",
    Epoch("starts_at"),
    Epoch("ends_at"),
    "buffer_before_minutes",
    "buffer_after_minutes",
)
_BY_SESSION = (
    "pk",
    "starts_at",
    "ends_at",
    "provider_id",
    "capacity",
    "spots_taken",
    "lapsed_spots",
    "is_planned",
    "is_bookable",
    "booking_deadline_minutes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The time `[starts_at, ends_at)` that a wish asks about, at the moment `now`.

    Of `counted`, where it is given, the bookings of the service are counted too.
    """

    wish: Wish
    starts_at: datetime
    ends_at: datetime
    now: datetime
    counted: tuple[datetime, datetime] | None = None

    def claims(self) -> ClaimQuerySet:
        """All claims that take their time, but for what the asker would give up."""
        claims, own = Claim.objects.live(self.now), self.wish.own
        return claims.exclude(session=own.session_id) if own and own.is_all else claims

    def starts(self, claims: ClaimQuerySet) -> ClaimQuerySet:
        """Those of the claims that start in any period in which a start in between can count."""
        since = self.starts_at - _WHOLE_PERIODS
        return claims.filter(
            starts_at__gte=since,
            # Says nothing new, but it is what the index is on: without it all of the past is read.
            ends_at__gt=since,
            starts_at__lt=self.ends_at + _WHOLE_PERIODS,
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the time of some resources, each by the resource's id.

    `bookings` are counts of the service's bookings by provider, where they were asked for.
    """

    claims: dict[int, list[availability.Claim]]
    bookings: dict[int, int]
    blocked: dict[int | None, tuple[availability.Span, ...]]
    starts: dict[int, list[Instant]]


def read_facts(rulebook: Rulebook, resource_ids: Sequence[int], around: Around) -> Facts:
    """In one query, and one more where some of the resources have limits."""
    limited = [pk for pk in resource_ids if pk in rulebook.limits]
    claims, bookings = _claims(tuple(resource_ids), around)
    return Facts(
        claims,
        bookings,
        _blocked(rulebook, around),
        _starts_by_resource(limited, around) if limited else {},
    )


def provider_of(rulebook: Rulebook, pk: int, facts: Facts) -> Provider:
    schedule = rulebook.hours[pk]
    if schedule is None:
        raise AssertionError("people without hours of their own follow the business")
    return Provider(pk, schedule, **_taken_of(rulebook, pk, facts))


def thing_of(rulebook: Rulebook, pk: int, facts: Facts) -> Resource:
    """A room or a piece of equipment."""
    return Resource(pk, rulebook.hours[pk], **_taken_of(rulebook, pk, facts))


def _taken_of(rulebook: Rulebook, pk: int, facts: Facts) -> dict[str, Any]:
    return {
        "blocked": facts.blocked.get(None, ()) + facts.blocked.get(pk, ()),
        "claims": tuple(facts.claims.get(pk, ())),
        "limits": rulebook.limits.get(pk, NO_LIMITS),
        "session_starts": tuple(facts.starts.get(pk, ())),
    }


def _blocked(rulebook: Rulebook, around: Around) -> dict[int | None, tuple[availability.Span, ...]]:
    # With room for dates of the business's zone that the viewer's reach into.
    room = timedelta(days=1)
    since, until = instant(around.starts_at - room), instant(around.ends_at + room)
    return {
        pk: tuple(span for span in spans if span.starts_at < until and span.ends_at > since)
        for pk, spans in rulebook.blocked.items()
    }


def _claims(
    resource_ids: tuple[int, ...], around: Around
) -> tuple[dict[int, list[availability.Claim]], dict[int, int]]:
    """The claims by resource, and how many bookings each provider has, if they are counted."""
    claims: dict[int, list[availability.Claim]] = defaultdict(list)
    bookings: dict[int, int] = {}
    if not resource_ids and not around.counted:
        return claims, bookings
    values: dict[str, object] = {
        "now": around.now,
        "since": around.starts_at - _REACH,
        "until": around.ends_at + _REACH,
    }
    if around.counted:
        service = around.wish.service
        begin, end = around.counted
        values |= {"begin": begin, "end": end}
        values |= {"business": service.business_id, "service": service.pk}
    own = around.wish.own
    given_up = own.session_id if own and own.is_all else None
    rows = _claims_of(resource_ids, with_bookings=bool(around.counted)).rows(values)
    for resource_id, session_id, start, end, before, after in rows:
        if session_id is None:
            bookings[resource_id] = start
        elif session_id != given_up:
            claims[resource_id].append(availability.Claim(start, end, before, after, id=session_id))
    return claims, bookings


# One for each set of people and things that is asked for.
@lru_cache(maxsize=256)
def _claims_of(resource_ids: tuple[int, ...], *, with_bookings: bool) -> Prepared:
    claims = Claim.objects.live(moment_param("now")).filter(
        resource__in=resource_ids,
        ends_at__gt=moment_param("since"),
        starts_at__lt=moment_param("until"),
    )
    rows = claims.values_list(*_BY_RESOURCE)
    # Counted in the same statement: another would be a quarter of what a day's free times cost.
    return Prepared(rows.union(_bookings_by_provider(), all=True) if with_bookings else rows)


def _bookings_by_provider() -> QuerySet[Any, Any]:
    """How many bookings of a service begin in some time, in rows as those of claims."""
    nothing = Value(None, output_field=IntegerField())
    return (
        Booking.objects.standing(moment_param("now"))
        .filter(
            business=id_param("business"),
            service=id_param("service"),
            starts_at__gte=moment_param("begin"),
            starts_at__lt=moment_param("end"),
        )
        .order_by()
        .values("provider")
        .values_list("provider", nothing, Count("pk"), nothing, nothing, nothing)
    )


def _starts_by_resource(resource_ids: Sequence[int], around: Around) -> dict[int, list[Instant]]:
    """When sessions of these resources start, in every period that limits count."""
    starts: dict[int, list[Instant]] = defaultdict(list)
    rows = around.starts(around.claims().filter(resource__in=resource_ids))
    for resource_id, start in rows.values_list("resource_id", "starts_at"):
        starts[resource_id].append(instant(start))
    return starts


def starts_of_service(around: Around) -> tuple[Instant, ...]:
    """When sessions of the service start, in every period that its limits count."""
    of_providers = Q(session__service=around.wish.service, session__provider=F("resource"))
    rows = around.starts(around.claims().filter(of_providers))
    return tuple(instant(start) for start in rows.values_list("starts_at", flat=True))


def live_sessions(around: Around, *, duration_minutes: int) -> tuple[availability.Session, ...]:
    """The sessions that answer the wish, full ones too, in one query.

    One that was made on demand must be as long as wished, and only counts while somebody is in it.
    """
    wish, sessions = around.wish, []
    duration = timedelta(minutes=duration_minutes)
    for row in _session_rows(around).values(*_BY_SESSION):
        own = wish.own if wish.own and wish.own.session_id == row["pk"] else None
        taken = row["spots_taken"] - row["lapsed_spots"] - (own.spots if own else 0)
        fits = taken > 0 and row["ends_at"] - row["starts_at"] == duration
        if row["is_planned"] or fits:
            sessions.append(_session(row, spots_left=row["capacity"] - taken))
    return tuple(sessions)


def _session_rows(around: Around) -> QuerySet[Session]:
    wish = around.wish
    asked = {"provider": wish.provider_id, "pk": wish.session_id}
    return (
        Session.objects.filter(
            service=wish.service,
            starts_at__gte=around.starts_at,
            starts_at__lt=around.ends_at,
            **{name: value for name, value in asked.items() if value is not None},
        )
        .annotate(lapsed_spots=_lapsed_spots(around.now))
        .order_by("starts_at", "pk")
    )


def _lapsed_spots(now: datetime) -> Any:
    """Spots that holds and requests keep no longer, though nobody has cleared them away yet."""
    lapsed = {"session": OuterRef("pk"), "expires_at__lte": now}
    holds = Hold.objects.filter(**lapsed)
    requests = Booking.objects.filter(status=Status.PENDING, **lapsed)
    return _sum_of_spots(holds) + _sum_of_spots(requests)


def _sum_of_spots(rows: QuerySet[Any]) -> Coalesce:
    # Grouped by nothing, the sum of no rows is a row of its own.
    total = rows.order_by().values("session").values(total=Sum("spots"))
    return Coalesce(Subquery(total), 0, output_field=IntegerField())


def _session(row: dict[str, Any], *, spots_left: int) -> availability.Session:
    return availability.Session(
        instant(row["starts_at"]),
        instant(row["ends_at"]),
        row["provider_id"],
        spots_left,
        is_bookable=row["is_bookable"],
        booking_deadline_minutes=row["booking_deadline_minutes"],
        id=row["pk"],
    )


def instant(moment: datetime) -> Instant:
    """Whole seconds since the epoch; a fraction of a start would lie between two grids."""
    return int(moment.timestamp())


def moment(value: Instant) -> datetime:
    return datetime.fromtimestamp(value, UTC)
