"""Who has how much to do around a start, so that the next booking goes to whose turn it is."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Count, Max, Q

from booking import availability
from booking.availability import Workload
from booking.models import Claim
from booking.taken import instant, moment
from config.core.prepared import Epoch, Prepared, moment_param


def workloads(
    provider_ids: Collection[int], *, start: datetime, business_tz: str, now: datetime
) -> dict[int, Workload]:
    """What each provider has to do around the start; those with nothing to do are left out.

    For how long somebody has been free is known for the last two weeks.
    """
    begin, end = map(moment, availability.week_around(instant(start), business_tz))
    rows = _workloads_of(tuple(sorted(provider_ids))).rows(
        {
            "now": now,
            "begin": begin,
            "end": end,
            "since": start - timedelta(days=14),
            "start": start,
        }
    )
    return {pk: Workload(count, last_ends_at) for pk, count, last_ends_at in rows}


# One for each set of people that is asked about.
@lru_cache(maxsize=256)
def _workloads_of(provider_ids: tuple[int, ...]) -> Prepared:
    since = moment_param("since")
    claims = Claim.objects.live(moment_param("now")).filter(
        resource__in=provider_ids,
        starts_at__gte=since,
        # Says nothing new, but it is what the index is on: without it all of the past is read.
        ends_at__gt=since,
        starts_at__lt=moment_param("end"),
    )
    rows = claims.values("resource").annotate(
        in_week=Count("pk", filter=Q(starts_at__gte=moment_param("begin"))),
        last_ends_at=Epoch(Max("ends_at", filter=Q(starts_at__lt=moment_param("start")))),
    )
    return Prepared(rows.values_list("resource", "in_week", "last_ends_at"))
