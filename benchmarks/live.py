"""What is read live for a month: `python -m benchmarks.live` in a site's environment. Prints JSON.

For each number of providers the milliseconds of the query of claims, the middle of many, and the
plan that the database has for it.
"""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any

import django
from django.db import connection

from benchmarks.salons import DAYS, PROVIDERS, first_day

ROUNDS = 50
TABLE = "booking_claim"


@dataclass
class Watch:
    """Times what the ORM sends, by the table that is read."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any
    ) -> Any:
        began = time.perf_counter()
        answer = execute(sql, params, many, context)
        if found := re.search(r'FROM "(\w+)"', sql):
            self.took[found[1]].append((time.perf_counter() - began) * 1000)
            self.sent[found[1]] = sql, params
        return answer


def main() -> None:
    django.setup()
    told = {}
    for slug in ("one", "twenty"):
        watch = look(slug)
        told[f"{TABLE}, {PROVIDERS[slug]} providers"] = {
            "milliseconds": median(watch.took[TABLE]),
            "plan": plan(*watch.sent[TABLE]),
        }
    print(json.dumps(told))


def look(slug: str) -> Watch:
    from booking import offers
    from booking.models import Service
    from booking.rulebook import rulebook_of
    from booking.wish import Wish
    from config.core import clock

    service = Service.objects.select_related("business").get(business__slug=slug)
    rulebook, now, watch = rulebook_of(service.business), clock.now(), Watch()
    first = first_day()
    with connection.execute_wrapper(watch):
        for _ in range(ROUNDS):
            offers.find_slots(
                rulebook,
                Wish(service=service),
                first=first,
                last=first + timedelta(days=DAYS - 1),
                viewer_tz=service.business.timezone,
                now=now,
            )
    return watch


def plan(sql: str, params: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        return [str(row[-1]) for row in cursor.fetchall()]


if __name__ == "__main__":
    main()
