"""Bookings in the admin: seen, decided and cancelled, never edited by hand."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.permissions import Ability, can
from accounts.scoped_admin import OwnRowsFilter, ScopedAdmin, ScopedInline
from booking.admin.decisions import staff_actor
from booking.lifecycle import Status
from booking.models import Booking, HistoryEntry
from booking.operations import approve_booking, reject_booking
from booking.times import clocks
from config.core import clock, when
from config.core.errors import DomainError
from notifications.models import Message

SEE_ONLY = {"view": Ability.SEE}


class WhenFilter(admin.SimpleListFilter):
    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("upcoming", "Upcoming"), ("past", "Past")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "upcoming":
                return queryset.filter(ends_at__gt=clock.now())
            case "past":
                return queryset.filter(ends_at__lte=clock.now())
            case _:
                return queryset


class HistoryInline(ScopedInline, admin.TabularInline[HistoryEntry, Booking]):
    abilities = SEE_ONLY
    model = HistoryEntry
    fields = readonly_fields = ("at", "event", "who", "source", "change")
    verbose_name_plural = "history"

    @admin.display(description="by")
    def who(self, entry: HistoryEntry) -> str:
        return str(entry.actor or entry.get_actor_kind_display())

    @admin.display(description="what changed")
    def change(self, entry: HistoryEntry) -> str:
        return ", ".join(
            f"{name.replace('_', ' ')}: {before} → {value}" if before else f"{name}: {value}"
            for name, value in entry.after.items()
            if value
            for before in [entry.before.get(name, "")]
        )


@admin.register(Booking)
class BookingAdmin(ScopedAdmin):
    abilities = SEE_ONLY
    inlines = (HistoryInline,)
    change_form_template = "admin/booking/booking/change_form.html"
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
    actions = ("approve_selected", "reject_selected")
    fieldsets = (
        (None, {"fields": ("state", "when", "on_the_clients_clock", "service", "provider")}),
        ("Client", {"fields": ("client", "client_name", "client_email", "client_phone")}),
        ("What they said", {"fields": ("said", "notes")}),
        (
            "Record",
            {
                "fields": (
                    "reference",
                    "source",
                    "created_at",
                    "confirmed_at",
                    "approved_by",
                    "rejection_reason",
                    "cancelled_at",
                    "cancellation_reason",
                    "mails",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        """Requests first, then what comes next, then what is over, the latest first."""
        waiting = When(status=Status.PENDING, then=Value(0))
        coming = When(ends_at__gt=clock.now(), then=Value(1))
        order = Case(waiting, coming, default=Value(2), output_field=IntegerField())
        rows: QuerySet[Booking] = super().get_queryset(request)
        return rows.annotate(turn=order)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("turn", "starts_at")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if can(request.user, Ability.SERVE) else {}

    @admin.display(ordering="starts_at")
    def when(self, booking: Booking) -> str:
        business = booking.business
        return when.short_moment(booking.starts_at, business.timezone, business.locale)

    @admin.display(description="on the client's clock")
    def on_the_clients_clock(self, booking: Booking) -> str:
        business = booking.business
        readings = clocks(
            booking.starts_at,
            business_zone=business.timezone,
            client_zone=booking.timezone,
            locale=business.locale,
        )
        return str(readings[-1])

    @admin.display(description="status", ordering="status")
    def state(self, booking: Booking) -> SafeString:
        return render_to_string("admin/booking/booking/badge.html", {"booking": booking})

    @admin.display(description="")
    def decide(self, booking: Booking) -> SafeString | str:
        if booking.status != Status.PENDING:
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
        self._decide_all(request, queryset, approve_booking)

    @admin.action(description="Decline selected requests")
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        self._decide_all(request, queryset, reject_booking, reason="")

    def _decide_all(
        self, request: HttpRequest, queryset: QuerySet[Booking], operation: Any, **given: str
    ) -> None:
        done = 0
        for booking in queryset.select_related("business"):
            if not can(request.user, Ability.SERVE, booking.business):
                continue
            try:
                operation(booking=booking, actor=staff_actor(request), **given)
                done += 1
            except DomainError as error:
                text = f"{booking.reference}: {error.message}"
                self.message_user(request, text, messages.WARNING)
        self.message_user(request, f"{done} decided; the clients are told.")
