"""Planned sessions in the admin: seen, planned, offered otherwise, cancelled."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.permissions import Ability
from accounts.scoped_admin import OwnRowsFilter, ScopedAdmin
from booking.admin.sessions.planning import plan_page
from booking.models import Booking, Session
from booking.operations import InUse, PolicyViolation, Terms, change_session
from config.core import clock, when


class SessionForm(forms.ModelForm[Session]):
    class Meta:
        model = Session
        fields = ("capacity", "is_bookable", "booking_deadline_minutes", "location")
        labels = {
            "capacity": "Places",
            "booking_deadline_minutes": "Booking deadline, in minutes",
        }
        help_texts = {
            "is_bookable": "Untick to take no more clients; those who are booked stay.",
            "booking_deadline_minutes": "Until how long before its start clients can join: 1440 is"
            " a day. It is never later than the minimum notice allows.",
        }

    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        taken = self.instance.spots_taken
        if capacity < taken:
            count = "1 place is" if taken == 1 else f"{taken} places are"
            raise forms.ValidationError(f"{count} taken already.")
        return capacity


class WhenFilter(admin.SimpleListFilter):
    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("upcoming", "Upcoming"), ("past", "Past")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        match self.value():
            case "upcoming":
                return queryset.filter(ends_at__gt=clock.now())
            case "past":
                return queryset.filter(ends_at__lte=clock.now())
            case _:
                return queryset


@admin.register(Session)
class SessionAdmin(ScopedAdmin):
    # Deleting has an address of its own: it takes locks.
    abilities = {"view": Ability.SEE, "add": Ability.SERVE, "change": Ability.SERVE}
    form = SessionForm
    change_form_template = "admin/booking/session/change_form.html"
    hint = "Classes and whatever else is planned ahead"
    empty_text = (
        "Nothing is planned yet. Add one session, or a whole series, of a service that only starts"
        " when a session is planned."
    )
    list_display = ("when", "service", "provider", "places", "is_bookable")
    list_filter = (WhenFilter, ("service", OwnRowsFilter), ("provider", OwnRowsFilter))
    list_select_related = ("business", "service", "provider")
    search_fields = ("service__name", "provider__name")
    search_help_text = "Service or person"
    fieldsets = (
        (
            None,
            {"fields": ("takes_place", "service", "provider", "rooms", "series_link", "who")},
        ),
        (
            "How it is offered",
            {"fields": ("capacity", "is_bookable", "booking_deadline_minutes", "location")},
        ),
    )
    readonly_fields = ("takes_place", "service", "provider", "rooms", "series_link", "who")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """What comes next first, then what is over, the latest first."""
        rows: QuerySet[Session] = super().get_queryset(request).filter(is_planned=True)
        is_coming = When(ends_at__gt=clock.now(), then=F("starts_at"))
        return rows.annotate(soonest=Case(is_coming))

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return (F("soonest").asc(nulls_last=True), "-starts_at")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        business = self.enter(request)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return plan_page(request, business) if business else self.ask_for_business(request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = {"show_save_and_add_another": False}
        try:
            return super().changeform_view(
                request, object_id, form_url, shown | (extra_context or {})
            )
        except (InUse, PolicyViolation) as error:
            # Somebody has joined since the form looked, or it was cancelled.
            messages.error(request, error.message)
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: Any) -> None:
        """Only what the form says: bookings count the places taken at the same time."""
        given = form.cleaned_data
        change_session(session=obj, terms=Terms(**{name: given[name] for name in given}))

    @admin.display(ordering="starts_at")
    def when(self, session: Session) -> str:
        business = session.business
        return when.short_moment(session.starts_at, business.timezone, business.locale)

    @admin.display(description="places", ordering="spots_taken")
    def places(self, session: Session) -> str:
        return f"{session.spots_taken} of {session.capacity}"

    @admin.display(description="when")
    def takes_place(self, session: Session) -> str:
        minutes = int((session.ends_at - session.starts_at).total_seconds()) // 60
        return f"{self.when(session)}, {minutes} minutes"

    @admin.display(description="rooms and equipment")
    def rooms(self, session: Session) -> str:
        things = session.claims.exclude(resource=session.provider_id)
        return ", ".join(things.values_list("resource__name", flat=True)) or "none"

    @admin.display(description="series")
    def series_link(self, session: Session) -> SafeString | str:
        if not session.series_id:
            return "Not part of a series"
        count = Session.objects.filter(series=session.series_id).count()
        address = f"{reverse('admin:booking_session_changelist')}?series={session.series_id}"
        return format_html('<a href="{}">One of {}</a>', address, count)

    @admin.display(description="who is in it")
    def who(self, session: Session) -> SafeString:
        now = clock.now()
        bookings = Booking.objects.of_session(session, now).select_related("business")
        context = {"bookings": bookings, "holds": session.holds.live(now), "session": session}
        return render_to_string("admin/booking/session/people.html", context)
