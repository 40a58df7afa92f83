"""Bookings in the admin: seen, decided and cancelled, never edited by hand."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.permissions import Ability, can
from accounts.scoped_admin import OwnRowsFilter, ScopedAdmin
from booking.admin.answering import staff_actor
from booking.admin.history import HistoryInline
from booking.lifecycle import OPEN, Status
from booking.models import Booking
from booking.operations import approve_booking, mark_completed, mark_no_show, reject_booking
from booking.times import clocks_of
from config.core import clock, when
from config.core.errors import DomainError
from notifications.models import Message

SEE_ONLY = {"view": Ability.SEE}
# Left out of a booking's page where they have nothing to say.
WHERE_SAID = {
    "on_the_clients_clock": lambda booking: booking.timezone != booking.business.timezone,
    "said": lambda booking: booking.answers,
    "confirmed": lambda booking: booking.confirmed_at,
    "completed": lambda booking: booking.completed_at,
    "cancelled": lambda booking: booking.cancelled_at,
    "spots": lambda booking: booking.spots > 1,
}


class WhenFilter(admin.SimpleListFilter):
    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("upcoming", "Upcoming"), ("past", "Past")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "upcoming":
                return queryset.upcoming(clock.now())
            case "past":
                return queryset.filter(ends_at__lte=clock.now())
            case _:
                return queryset


@admin.register(Booking)
class BookingAdmin(ScopedAdmin):
    abilities = SEE_ONLY
    inlines = (HistoryInline,)
    change_form_template = "admin/booking/booking/change_form.html"
    hint = "Requests, upcoming and past"
    empty_text = "Nobody has booked yet. Share your booking link: it is on the home page."
    list_display = ("when", "client_name", "service", "provider", "state", "decide")
    list_display_links = ("when", "client_name")
    list_filter = (
        "status",
        WhenFilter,
        ("service", OwnRowsFilter),
        ("provider", OwnRowsFilter),
    )
    list_select_related = ("business", "service", "provider")
    search_fields = ("reference", "client_name", "client_email", "client_phone")
    search_help_text = "Name, e-mail, phone or reference"
    actions = ("approve_selected", "reject_selected", "mark_no_show_selected", "mark_kept_selected")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "state",
                    "takes_place",
                    "on_the_clients_clock",
                    "service",
                    "spots",
                    "provider",
                )
            },
        ),
        ("Client", {"fields": ("client", "client_name", "client_email", "client_phone")}),
        ("What they said", {"fields": ("said", "notes")}),
        (
            "Record",
            {
                "fields": (
                    "reference",
                    "source",
                    "confirmed",
                    "completed",
                    "cancelled",
                    "rejection_reason",
                    "cancellation_reason",
                    "mails",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        """Requests first, then what comes next, then what is over, the latest first."""
        is_coming = When(status__in=OPEN, ends_at__gt=clock.now(), then=Value(1))
        turn = Case(
            When(status=Status.PENDING, then=Value(0)),
            is_coming,
            default=Value(2),
            output_field=IntegerField(),
        )
        rows: QuerySet[Booking] = super().get_queryset(request)
        rows = rows.annotate(turn=turn)
        return rows.annotate(soonest=Case(When(turn__lt=2, then=F("starts_at"))))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("turn", "soonest", "-starts_at")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"may_serve": can(request.user, Ability.SERVE)}
        return super().changelist_view(request, shown | (extra_context or {}))

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        if can(request.user, Ability.SERVE):
            return columns
        return [column for column in columns if column != "decide"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the lines that would be empty."""
        sections = [
            (title, {**options, "fields": [name for name in options["fields"] if _says(obj, name)]})
            for title, options in super().get_fieldsets(request, obj)
        ]
        return [(title, options) for title, options in sections if options["fields"]]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if can(request.user, Ability.SERVE) else {}

    @admin.display(ordering="starts_at")
    def when(self, booking: Booking) -> str:
        return _moment(booking.starts_at, booking)

    @admin.display(description="when")
    def takes_place(self, booking: Booking) -> str:
        return f"{clocks_of(booking)[0]}, {booking.duration_minutes} minutes"

    @admin.display(description="on the client's clock")
    def on_the_clients_clock(self, booking: Booking) -> str:
        return str(clocks_of(booking)[-1])

    @admin.display(description="confirmed on")
    def confirmed(self, booking: Booking) -> str:
        return _moment(booking.confirmed_at, booking)

    @admin.display(description="completed on")
    def completed(self, booking: Booking) -> str:
        return _moment(booking.completed_at, booking)

    @admin.display(description="cancelled on")
    def cancelled(self, booking: Booking) -> str:
        return _moment(booking.cancelled_at, booking)

    @admin.display(description="status", ordering="status")
    def state(self, booking: Booking) -> SafeString:
        return render_to_string("admin/booking/booking/badge.html", {"booking": booking})

    @admin.display(description="your answer", empty_value="")
    def decide(self, booking: Booking) -> SafeString | str:
        if booking.present_status != Status.PENDING:
            return ""
        return render_to_string("admin/booking/booking/decide_cell.html", {"booking": booking})

    @admin.display(description="answers")
    def said(self, booking: Booking) -> SafeString:
        return render_to_string("admin/booking/booking/answers.html", {"booking": booking})

    @admin.display(description="mails")
    def mails(self, booking: Booking) -> SafeString:
        sent = Message.objects.filter(subject_type="booking", subject_id=str(booking.uuid))
        return render_to_string("admin/booking/booking/mails.html", {"mails": sent})

    @admin.action(description="Approve selected requests")
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        done = self._decide_all(request, queryset, approve_booking)
        self._tell(request, done, "approved")

    @admin.action(description="Decline selected requests")
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        done = self._decide_all(request, queryset, reject_booking, reason="")
        self._tell(request, done, "declined")

    @admin.action(description="Mark as no-show")
    def mark_no_show_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        done = self._decide_all(request, queryset, mark_no_show)
        self._count(request, done, "marked as no-show")

    @admin.action(description="Mark as kept")
    def mark_kept_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        done = self._decide_all(request, queryset, mark_completed)
        self._count(request, done, "marked as kept")

    def _count(self, request: HttpRequest, done: list[Booking], verb: str) -> None:
        level = messages.SUCCESS if done else messages.WARNING
        count = f"{len(done)} booking{pluralize(done)} {verb}." if done else "Nothing was changed."
        self.message_user(request, count, level)

    def _decide_all(
        self, request: HttpRequest, queryset: QuerySet[Booking], operation: Any, **given: str
    ) -> list[Booking]:
        done = []
        for booking in queryset.select_related("business"):
            if not can(request.user, Ability.SERVE, booking.business):
                continue
            try:
                done.append(operation(booking=booking, actor=staff_actor(request), **given))
            except DomainError as error:
                text = f"{booking.client_name}, {self.when(booking)}: {error.message}"
                self.message_user(request, text, messages.WARNING)
        return done

    def _tell(self, request: HttpRequest, done: list[Booking], verb: str) -> None:
        if not done:
            self.message_user(request, "Nothing was changed.", messages.WARNING)
            return
        count = f"{len(done)} request{pluralize(done)} {verb}."
        self.message_user(request, f"{count} Clients with an e-mail address are told by mail.")
        for booking in done:
            if not booking.client_email:
                text = f"{booking.client_name} gave no e-mail: please call {booking.client_phone}."
                self.message_user(request, text, messages.WARNING)


def _moment(moment: datetime | None, booking: Booking) -> str:
    """On the business's clock; "" for what has not happened."""
    business = booking.business
    return when.short_moment(moment, business.timezone, business.locale) if moment else ""


def _says(booking: Booking | None, name: Any) -> bool:
    """Whether a line of the booking's page has anything in it."""
    if booking is None:
        return True
    is_said = WHERE_SAID.get(name)
    return bool(is_said(booking) if is_said else getattr(booking, name, True))
