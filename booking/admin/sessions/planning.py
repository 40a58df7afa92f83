"""The page that plans sessions: outside of Django's transaction, as planning takes locks itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.models import Business
from booking.admin.answering import staff_actor
from booking.admin.reasons import Reader, Words
from booking.admin.sessions.form import PlanForm
from booking.models import Resource, Session
from booking.operations import PlanRefused, plan_sessions
from config.core.errors import DomainError
from config.core.when import local_date, short_moment


@dataclass(frozen=True, slots=True)
class Conflict:
    """A start as the business's clock shows it, and what stands in its way."""

    when: str
    reasons: list[Words]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """`dates`, with commas between them, are what leaving them out adds to the exceptions; "" where
    nothing would be left.
    """

    message: str
    lines: list[Conflict]
    dates: str
    could_be_overridden: bool


def plan_page(request: HttpRequest, business: Business) -> HttpResponse:
    if request.method != "POST":
        asked = {name: request.GET[name] for name in ("service", "day") if name in request.GET}
        return _page(request, PlanForm(business, initial={"business": business, **asked}))
    form = PlanForm(business, _with_dates_left_out(request.POST))
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        sessions = _plan(request, form)
    except PlanRefused as refused:
        return _page(request, form, _conflicts(form, refused), status=409)
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, form, status=409)
    messages.success(request, _said(sessions, business))
    return redirect("admin:booking_session_changelist")


def _plan(request: HttpRequest, form: PlanForm) -> list[Session]:
    given = form.cleaned_data
    return plan_sessions(
        service=given["service"],
        provider=given["provider"],
        starts=form.starts(),
        terms=form.terms(),
        recurrence=form.recurrence(),
        override="override" in request.POST,
        actor=staff_actor(request),
    )


def _with_dates_left_out(data: QueryDict) -> QueryDict:
    """The form as it was sent, with the dates of the button that leaves them out."""
    if dates := data.get("leave_out"):
        data = data.copy()
        kept = [text for text in (data.get("except_dates", ""), dates) if text.strip()]
        data["except_dates"] = ", ".join(kept)
    return data


def _conflicts(form: PlanForm, refused: PlanRefused) -> Conflicts:
    service, business = form.cleaned_data["service"], form.of
    names = dict(Resource.objects.for_business(business).values_list("pk", "name"))
    reasons = [reason for _, reasons in refused.refused for reason in reasons]
    reader = Reader.of_reasons(service, names, reasons)
    dates = {str(local_date(start, business.timezone)) for start, _ in refused.refused}
    others = {str(day) for day in form.dates()} - dates
    return Conflicts(
        refused.message,
        [
            Conflict(_moment(start, business), reader.read_all(reasons))
            for start, reasons in refused.refused
        ],
        ",".join(sorted(dates)) if others else "",
        refused.could_be_overridden,
    )


def _said(sessions: list[Session], business: Business) -> str:
    first, last = (_moment(session.starts_at, business) for session in (sessions[0], sessions[-1]))
    if len(sessions) == 1:
        return f"The session on {first} is planned."
    return f"{len(sessions)} sessions are planned, from {first} to {last}."


def _moment(start: datetime, business: Business) -> str:
    return short_moment(start, business.timezone, business.locale)


def _page(
    request: HttpRequest, form: PlanForm, conflicts: Conflicts | None = None, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Plan sessions",
        "form": form,
        "conflicts": conflicts,
    }
    template = "admin/booking/session/plan.html"
    return TemplateResponse(request, template, context, status=status)
