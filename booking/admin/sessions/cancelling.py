"""Cancelling and deleting sessions: addresses of their own, outside of Django's transactions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Ability, can
from booking.admin.answering import staff_actor
from booking.admin.decisions import ReasonForm
from booking.models import Booking, Session
from booking.operations import cancel_series, cancel_session, delete_session
from booking.times import read_clock
from config.core import clock
from config.core.errors import DomainError


class CancelForm(ReasonForm):
    following = forms.BooleanField(required=False)

    def __init__(self, session: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "reason"
        ].help_text = "Sent to everybody who is booked, as you write it. May be left empty."
        count = session.following().count()
        if not count:
            del self.fields["following"]
            return
        after = "the session after it" if count == 1 else f"all {count} sessions after it"
        self.fields["following"].label = f"Cancel {after} in its series, too"


def urls(wrap: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    """Below `/admin/`; `wrap` is the site's `admin_view`, which asks for a sign-in."""
    return [
        path("sessions/<uuid:public_id>/cancel/", wrap(cancel), name="session_cancel"),
        path("sessions/<uuid:public_id>/delete/", wrap(delete), name="session_delete"),
    ]


def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session = _find(request, public_id)
    if request.method != "POST":
        return _page(request, session, CancelForm(session))
    form = CancelForm(session, request.POST)
    if not form.is_valid():
        return _page(request, session, form, status=400)
    operation = cancel_series if form.cleaned_data.get("following") else cancel_session
    try:
        bookings = operation(
            session=session, reason=form.cleaned_data["reason"], actor=staff_actor(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        _tell(request, bookings)
    return redirect("admin:booking_session_changelist")


def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    session = _find(request, public_id)
    if request.method != "POST":
        return redirect("admin:session_cancel", public_id)
    try:
        delete_session(session=session)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("admin:session_cancel", public_id)
    messages.success(request, f"The session {session} is deleted.")
    return redirect("admin:booking_session_changelist")


def _find(request: HttpRequest, public_id: UUID) -> Session:
    """A planned session of a business that the member serves; 404 for any other's, else 403."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    rows = Session.objects.visible_to(user).planned()
    rows = rows.select_related("business__settings", "service", "provider")
    session = get_object_or_404(rows, public_id=public_id)
    if not can(user, Ability.SERVE, session.business):
        raise PermissionDenied
    timezone.activate(session.business.zone)
    return session


def _page(
    request: HttpRequest, session: Session, form: CancelForm, *, status: int = 200
) -> HttpResponse:
    business, now = session.business, clock.now()
    context = {
        **admin.site.each_context(request),
        "title": f"Cancel the session {session.service}",
        "session": session,
        "form": form,
        "time": read_clock(session.starts_at, business.timezone, business.locale),
        "bookings": Booking.objects.of_session(session, now).select_related("business"),
        "keeping": session.holds.live(now).count(),
    }
    template = "admin/booking/session/cancel.html"
    return TemplateResponse(request, template, context, status=status)


def _tell(request: HttpRequest, bookings: list[Booking]) -> None:
    count = "1 booking was" if len(bookings) == 1 else f"{len(bookings)} bookings were"
    told = f" {count} cancelled; clients with an e-mail address are told by mail."
    messages.success(request, f"Cancelled.{told if bookings else ' Nobody was booked.'}")
    for booking in bookings:
        if not booking.client_email:
            text = f"{booking.client_name} gave no e-mail: please call {booking.client_phone}."
            messages.warning(request, text)
