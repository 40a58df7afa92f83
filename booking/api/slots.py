"""Slots as the API writes them.

A month of them is most of what an answer costs, so each is written as JSON at once: what it is
made of (instants, numbers and ids) has nothing in it that JSON would escape.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from booking.api.query import TimesQuery
from booking.availability import Instant, Slot, iso_times
from booking.models import Session
from booking.operations import SlotTaken, SlotUnavailable
from booking.rulebook import Rulebook, rulebook_of
from booking.wish import Wish


def days_text(slots: Sequence[Slot], rulebook: Rulebook, query: TimesQuery) -> str:
    """A JSON list with one entry for each date asked for, with the slots that start on it."""
    first, last, spots = query.first, query.last, query.wish.spots
    dates = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    days: dict[str, list[str]] = {day: [] for day in dates}
    free: Counter[str] = Counter()
    for slot, day, text in _written(slots, rulebook, timezone=query.timezone, spots=spots):
        days[day].append(text)
        free[day] += slot.spots_left >= spots
    entries = [
        f'{{"date":"{day}","total_available":{free[day]},"slots":[{",".join(of_day)}]}}'
        for day, of_day in days.items()
    ]
    return f"[{','.join(entries)}]"


def _written(
    slots: Sequence[Slot], rulebook: Rulebook, *, timezone: str, spots: int
) -> Iterator[tuple[Slot, str, str]]:
    """Each slot with its date and as a JSON object, both on the clocks of `timezone`.

    `available` is false for a session that has fewer than `spots` left.
    """
    sessions, public_ids = _public_ids(slots, rulebook)
    starts = iso_times([slot.starts_at for slot in slots], timezone)
    ends = _ends(slots, timezone)
    providers: dict[tuple[int, ...], str] = {}
    for slot, start in zip(slots, starts, strict=True):
        if slot.session_id and slot.session_id not in sessions:
            # It has ended, and below somebody may have left, since the slots were read.
            continue
        ids = slot.provider_ids
        if ids not in providers:
            providers[ids] = json.dumps([public_ids[pk] for pk in ids if pk in public_ids])
        session = f'"{sessions[slot.session_id]}"' if slot.session_id else "null"
        available = "true" if slot.spots_left >= spots else "false"
        text = (
            f'{{"start":"{start}","end":"{ends[slot.ends_at]}","spots_left":{slot.spots_left},'
            f'"available":{available},"session":{session},"providers":{providers[ids]}}}'
        )
        yield slot, start[:10], text


def _ends(slots: Iterable[Slot], timezone: str) -> dict[Instant, str]:
    # Sessions that begin later may end sooner.
    ends = sorted({slot.ends_at for slot in slots})
    return dict(zip(ends, iso_times(ends, timezone), strict=True))


def _public_ids(slots: Iterable[Slot], rulebook: Rulebook) -> tuple[dict[int, str], dict[int, str]]:
    """Of the slots' sessions, and of everybody in them: who has left may still lead one."""
    ids = [slot.session_id for slot in slots if slot.session_id]
    if not ids:
        return {}, dict(rulebook.public_ids)
    rows = Session.objects.filter(pk__in=ids).values_list(
        "pk", "public_id", "provider_id", "provider__public_id"
    )
    sessions, leaders = {}, {}
    for pk, public_id, provider_id, provider in rows:
        sessions[pk], leaders[provider_id] = str(public_id), str(provider)
    return sessions, {**rulebook.public_ids, **leaders}


@contextmanager
def telling_what_else_there_is(wish: Wish, timezone: str) -> Iterator[None]:
    """A refused time answers with the nearest others, one never offered with the reasons, too."""
    try:
        yield
    except (SlotTaken, SlotUnavailable) as refusal:
        refusal.members["alternatives"] = _objects(refusal.alternatives, wish, timezone)
        if isinstance(refusal, SlotUnavailable):
            refusal.members["reasons"] = sorted(refusal.reasons)
        raise


def _objects(slots: Sequence[Slot], wish: Wish, timezone: str) -> list[Any]:
    rulebook = rulebook_of(wish.service.business)
    written = _written(slots, rulebook, timezone=timezone, spots=wish.spots)
    return [json.loads(text) for _, _, text in written]
