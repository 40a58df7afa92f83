"""What happened to a booking, in words: never the JSON that it is kept in."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Business
from accounts.permissions import Ability
from accounts.scoped_admin import ScopedInline
from booking.availability import Refusal
from booking.events import Event
from booking.lifecycle import Status
from booking.models import Booking, HistoryEntry
from booking.times import read_clock

WORDS: dict[str, str] = {
    Event.REQUESTED: "Requested",
    Event.CONFIRMED: "Booked",
    Event.APPROVED: "Approved",
    Event.REJECTED: "Declined",
    Event.CANCELLED: "Cancelled",
    Event.MOVED: "Moved",
    Event.MOVE_REQUESTED: "Another time asked for",
    Event.MOVE_DECLINED: "Other time declined",
    Event.MOVE_EXPIRED: "Other time not answered",
    Event.OFFERED: "Other times offered",
    Event.OFFER_ACCEPTED: "Offered time taken",
    Event.NO_SHOW: "Marked as no-show",
}

# What staff have overridden, in the words of the settings that say it.
RULES: dict[str, str] = {
    Refusal.CLOSED: "opening hours",
    Refusal.OVERRIDE: "the hours of that date",
    Refusal.HOLIDAY: "public holiday",
    Refusal.OFF_GRID: "times that are counted from the opening",
    Refusal.BLOCKED: "time off",
    Refusal.BUFFER: "buffer",
    Refusal.BUSY: "outside calendar",
    Refusal.NOTICE: "minimum notice",
    Refusal.HORIZON: "booking horizon",
    Refusal.LIMIT: "limit",
    Refusal.NOT_BOOKABLE: "session that takes no more clients",
    Refusal.DEADLINE: "booking deadline",
}


class HistoryInline(ScopedInline, admin.TabularInline[HistoryEntry, Booking]):
    abilities = {"view": Ability.SEE}
    model = HistoryEntry
    fields = readonly_fields = ("moment", "what", "who", "source", "change")
    verbose_name_plural = "history"

    def get_queryset(self, request: HttpRequest) -> QuerySet[HistoryEntry]:
        return super().get_queryset(request).select_related("actor")

    @admin.display(description="when")
    def moment(self, entry: HistoryEntry) -> str:
        return _moment(entry.at, entry.booking.business)

    @admin.display(description="what")
    def what(self, entry: HistoryEntry) -> str:
        return WORDS.get(entry.event) or _sentence(entry.event.rpartition(".")[2])

    @admin.display(description="by")
    def who(self, entry: HistoryEntry) -> str:
        return str(entry.actor or entry.get_actor_kind_display())

    @admin.display(description="what changed")
    def change(self, entry: HistoryEntry) -> str:
        business = entry.booking.business
        lines = []
        for name, value in entry.after.items():
            if name == "provider_id":
                continue
            before = _words(name, entry.before.get(name, ""), business)
            after = _words(name, value, business)
            if after:
                lines.append(f"{_label(name)}{f'{before} → ' if before else ''}{after}")
        return "; ".join(lines)


def _label(name: str) -> str:
    return "" if name in {"status", "starts_at", "offered"} else f"{_sentence(name)}: "


def _words(name: str, value: Any, business: Business) -> str:
    if not value:
        return ""
    match name:
        case "status" if value in Status.values:
            return str(Status(value).label)
        case "starts_at" | "ends_at":
            return _moment(datetime.fromisoformat(value), business)
        case "offered":
            starts = map(datetime.fromisoformat, str(value).split(", "))
            return " or ".join(_moment(start, business) for start in starts)
        case "overridden":
            return ", ".join(RULES.get(code, code) for code in str(value).split(", "))
        case _:
            return str(value)


def _moment(moment: datetime, business: Business) -> str:
    reading = read_clock(moment, business.timezone, business.locale)
    return f"{reading.date}, {reading.time}"


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize()
