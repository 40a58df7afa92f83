"""Rule 8: limits per day, week and month, of a service and of a resource."""

from datetime import date, timedelta

import pytest

from booking.availability import (
    Explanation,
    LimitReached,
    Limits,
    Period,
    Query,
    Refusal,
    Way,
    explain,
)
from tests.booking.availability.factories import (
    at,
    dated,
    offered,
    provider,
    query,
    rules,
    schedule,
    session,
)

DAILY = schedule("UTC", every_day="09:00-10:00")
AUCKLAND = "Pacific/Auckland"


def dates_offered(wish: Query, first: str, last: str) -> list[str]:
    return [text[:10] for text in dated(offered(wish, first, last), wish.business_tz)]


def reached(period: Period, first: str, whose: int | None = None) -> LimitReached:
    return LimitReached(Refusal.LIMIT, period, date.fromisoformat(first), whose)


# 2027-05-31 is a Monday.
@pytest.mark.parametrize(
    ("limits", "sold", "free"),
    [
        pytest.param(Limits(), ["2027-06-01 09:00"] * 9, "30 31 01 02", id="none"),
        pytest.param(Limits(day=2), ["2027-06-01 09:00"], "30 31 01 02", id="day-not-full"),
        pytest.param(Limits(day=1), ["2027-06-01 23:59:59"], "30 31 02", id="day-full"),
        pytest.param(Limits(day=1), ["2027-06-02 00:00"], "30 31 01", id="day-begins"),
        pytest.param(Limits(week=1), ["2027-06-06 23:59"], "30", id="week-ends-on-Sunday"),
        pytest.param(Limits(week=1), ["2027-05-30 23:59"], "31 01 02", id="week-begins-on-Monday"),
        pytest.param(Limits(month=1), ["2027-05-01 00:00"], "01 02", id="month-of-May"),
        pytest.param(Limits(month=1), ["2027-06-30 23:59"], "30 31", id="month-of-June"),
        pytest.param(
            Limits(month=2), ["2027-05-31 09:00", "2027-06-01 09:00"], "30 31 01 02",
            id="months-count-apart",
        ),
        pytest.param(
            Limits(day=1, week=2), ["2027-06-02 09:00", "2027-06-04 09:00"], "30",
            id="each-limit-counts",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whose", ["service", "provider"])
def test_full_period_offers_nothing(whose: str, limits: Limits, sold: list[str], free: str) -> None:
    if whose == "service":
        wish = query(rules(60, 60, limits=limits), provider(DAILY), sold=sold)
    else:
        wish = query(rules(60, 60), provider(DAILY, limits=limits, sessions=sold))
    dates = dates_offered(wish, "2027-05-30", "2027-06-02")
    assert [day[8:] for day in dates] == free.split()


def test_limit_counts_dates_of_the_business() -> None:
    # 11:30 in UTC is 23:30 in Auckland, an hour later is the next date.
    service = rules(60, 60, limits=Limits(day=1))
    someone = provider(schedule(AUCKLAND, every_day="22:00-02:00"))
    wish = query(service, someone, sold=["2027-06-01 11:30"])
    slots = offered(wish, "2027-06-01", "2027-06-02")
    assert dated(slots, AUCKLAND) == [
        "2027-06-02 00:00",
        "2027-06-02 01:00",
        "2027-06-02 22:00",
        "2027-06-02 23:00",
    ]


def test_limit_of_a_month_is_that_of_its_year() -> None:
    wish = query(rules(60, 60, limits=Limits(month=1)), provider(DAILY), sold=["2026-12-31 09:00"])
    assert dates_offered(wish, "2026-12-31", "2027-01-01") == ["2027-01-01"]


@pytest.mark.parametrize(
    ("sold", "free"),
    [
        pytest.param("2027-02-10 09:00", "01-31 03-01", id="28-days"),
        pytest.param("2028-02-29 09:00", "01-31 03-01", id="29-days"),
        pytest.param("2027-06-10 09:00", "05-31 07-01", id="30-days"),
        pytest.param("2027-12-31 09:00", "11-30 01-01", id="31-days-and-a-year"),
    ],
)
def test_limit_of_a_month_ends_with_it(sold: str, free: str) -> None:
    wish = query(rules(60, 60, limits=Limits(month=1)), provider(DAILY), sold=[sold])
    first = date.fromisoformat(f"{sold[:8]}01")
    around = (first - timedelta(days=1), first + timedelta(days=31))
    dates = dates_offered(wish, str(around[0]), str(around[1]))
    assert " ".join(day[5:] for day in dates if day[8:] in ("30", "31", "01")) == free


@pytest.mark.parametrize(
    ("start", "is_offered"),
    [
        pytest.param("2027-05-31 23:59", True, id="the-minute-before"),
        pytest.param("2027-06-01 00:00", False, id="the-first-of-the-day"),
        pytest.param("2027-06-01 23:59", False, id="the-last-of-the-day"),
        pytest.param("2027-06-02 00:00", True, id="the-next-day"),
    ],
)
def test_explanation_of_a_limit_at_midnight(start: str, is_offered: bool) -> None:
    someone = provider(schedule("UTC", every_day="00:00-24:00"))
    wish = query(rules(1, 1, limits=Limits(day=1)), someone, sold=["2027-06-01 12:00"])
    assert explain(wish, start=at(start)).is_offered is is_offered


def test_limit_of_one_provider_leaves_the_other() -> None:
    full = provider(DAILY, pk=1, limits=Limits(day=1), sessions=["2027-06-01 08:00"])
    slots = offered(query(rules(60, 60), full, provider(DAILY, pk=2)), "2027-06-01")
    assert [slot.provider_ids for slot in slots] == [(2,)]


def test_joining_is_not_counted_again() -> None:
    class_ = session("2027-06-01 09:00", "2027-06-01 10:00", left=3)
    service = rules(60, 60, capacity=5, limits=Limits(day=1))
    wish = query(service, provider(DAILY), sessions=[class_], sold=["2027-06-01 09:00"])
    assert [slot.session_id for slot in offered(wish, "2027-06-01")] == [100]


def test_reason_names_the_period_and_whose_it_is() -> None:
    someone = provider(
        DAILY, limits=Limits(day=1, month=1), sessions=["2027-06-02 08:00", "2027-06-20 08:00"]
    )
    service = rules(60, 60, limits=Limits(week=1))
    wish = query(service, someone, sold=["2027-06-05 08:00"])
    start = at("2027-06-02 09:00")
    reasons = (
        reached(Period.WEEK, "2027-05-31"),
        reached(Period.DAY, "2027-06-02", 1),
        reached(Period.MONTH, "2027-06-01", 1),
    )
    assert explain(wish, start=start) == Explanation(start, (Way(1, None, reasons),))


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_limit_must_let_something_through(period: str) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Limits(**{period: 0})
