"""What stands in the way of a start, in words, and whether staff may book it all the same."""

from dataclasses import dataclass

from booking import explaining, offers
from booking.admin.desk.query import Asked
from booking.admin.reasons import Reader, Words
from booking.availability import Explanation, Refusal
from booking.models import Resource
from booking.operations import OVERRIDABLE
from booking.rulebook import rulebook_of
from config.core import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """`people` are those asked, and the rooms that are missing, each with what is in the way.

    `rules` are the codes that booking it all the same would override, for `taker`; none where
    somebody else has the time or the spots.
    """

    people: list[tuple[str, list[Words]]]
    rules: frozenset[Refusal] = frozenset()
    taker: str = ""


def find_obstacles(asked: Asked) -> Obstacles | None:
    """None for a start that is free."""
    rules, start, now = rulebook_of(asked.business), asked.chosen_start, clock.now()
    answer = offers.choose(rules, asked.wish, start=start, now=now, ignoring=OVERRIDABLE)
    best = answer.choices[0] if answer.choices else None
    if best and not best.ignored:
        return None
    found = explaining.explain(rules, asked.wish, start=start, now=now)
    names = dict(Resource.objects.for_business(asked.business).values_list("pk", "name"))
    if best is None:
        return Obstacles(people=_read(asked, names, found))
    return Obstacles(
        people=_read(asked, names, found),
        rules=frozenset(best.ignored),
        taker=names[best.provider_id],
    )


def _read(asked: Asked, names: dict[int, str], found: Explanation) -> list[tuple[str, list[Words]]]:
    """In words, the people first, then each room that one of them would need."""
    return Reader.of(asked.service, names, [found]).by_person(found)
