"""Dates that time off takes as a whole."""

from datetime import date

from booking.availability import Query, Span, blocked_dates
from tests.booking.availability.factories import provider, query, rules, schedule, span

ALWAYS = schedule("Europe/Berlin", every_day="00:00-24:00")


def of(*people: list[Span]) -> Query:
    rota = [provider(ALWAYS, pk=number, blocked=spans) for number, spans in enumerate(people)]
    return query(rules(60, 60), *rota)


def blocked(*people: list[Span]) -> list[str]:
    """Of 26 to 30 March 2027; Berlin's clocks skip an hour on the 28th."""
    days = blocked_dates(of(*people), first=date(2027, 3, 26), last=date(2027, 3, 30))
    return [f"{day:%d}" for day in days]


def test_a_date_is_blocked_from_midnight_to_midnight_on_the_businesss_clock() -> None:
    whole = span("2027-03-28T00:00+01:00", "2027-03-29T00:00+02:00")
    assert blocked([whole]) == ["28"]
    short = span("2027-03-28T00:00+01:00", "2027-03-28T23:59+02:00")
    assert blocked([short]) == []


def test_time_off_that_touches_or_overlaps_counts_together() -> None:
    evening = span("2027-03-27T18:00+01:00", "2027-03-29T12:00+02:00")
    morning = span("2027-03-27T00:00+01:00", "2027-03-27T18:00+01:00")
    assert blocked([evening, morning]) == ["27", "28"]


def test_everybody_must_be_off() -> None:
    long = span("2027-03-27T00:00+01:00", "2027-03-30T00:00+02:00")
    day = span("2027-03-28T00:00+01:00", "2027-03-29T00:00+02:00")
    assert blocked([long], [day]) == ["28"]
    assert blocked([long], []) == []
    assert blocked() == []
