"""Another time for a booking, by the client's own link. Choosing one asks first; a POST moves."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import links
from booking.availability import Starts
from booking.lifecycle import Status
from booking.models import ActorKind, Booking, Source
from booking.operations import (
    Actor,
    SlotTaken,
    SlotUnavailable,
    check_offered,
    move_booking,
    request_move,
)
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.times import clocks, clocks_of, read_clock
from booking.web import errors, form_token
from booking.web.calendar import Time, build_calendar, show_time
from booking.web.choice import Choice, read_choice
from booking.web.own import opened_by_link, own_context
from booking.web.pages import choices, closed_page, is_htmx
from booking.web.query import PageQuery, find_provider, read_query
from config.core import clock
from config.core.errors import DomainError


@csrf_exempt  # the token in the address is the authority, and no cookie is asked
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_link
def reschedule(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    if closed := closed_page(request, booking.business, booking.service):
        return closed
    asked = _Asked(request, booking, token)
    if not asked.context["can_move"]:
        status = 409 if request.method == "POST" else 200
        page = asked.render("booking/reschedule.html", status=status)
        # Asked for as a fragment, it takes the whole page instead.
        page["HX-Retarget"], page["HX-Reswap"] = "body", "innerHTML"
        return page
    if request.method == "POST":
        return _move(asked)
    if "chosen" in request.GET or "start" in request.GET:
        return _ask(asked, _read_choice(booking, request.GET))
    return _choose(asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    request: HttpRequest
    booking: Booking
    token: str

    @property
    def context(self) -> dict[str, object]:
        return own_context(self.booking, self.token) | {"moved": self.booking}

    def render(self, template: str, *, status: int = 200, **more: object) -> HttpResponse:
        return render(self.request, template, self.context | more, status=status)


def _choose(asked: _Asked) -> HttpResponse:
    """The month, as on the service's own page, but that the booking's own time is free in it."""
    service, now = asked.booking.service, clock.now()
    query = read_query(asked.request.GET, service)
    _keep_agreed(query, asked.booking, asked.request.GET)
    calendar = build_calendar(rulebook_of(asked.booking.business), service, query, now=now)
    status = 400 if query.problems else 200
    shown = {"calendar": calendar, "query": query, "own_start": _own_start(asked.booking, query)}
    if is_htmx(asked.request):
        return asked.render("booking/includes/calendar.html", status=status, **shown)
    around = choices(service, query, now) | {"party_sizes": ()}
    return asked.render("booking/reschedule.html", status=status, **shown, **around)


def _own_start(booking: Booking, query: PageQuery) -> str:
    """The time that is not one to choose; with somebody else it is."""
    if query.provider not in {None, booking.provider}:
        return ""
    return booking.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _keep_agreed(query: PageQuery, booking: Booking, data: QueryDict) -> None:
    """What a move does not change: how long, for how many, and if not said otherwise, with whom.

    Classes are chosen by their time, whoever gives them.
    """
    # Until it is approved, the time that the booking has stands in the way of what overlaps it.
    query.moved, query.hold = booking, None
    query.gives_up = not needs_approval(booking)
    query.duration_minutes, query.spots = booking.duration_minutes, booking.spots
    if "provider" not in data and booking.service.starts == Starts.HOURS:
        query.provider = find_provider(booking.service, str(booking.provider.public_id))
    if not query.is_zone_asked:
        query.timezone = booking.timezone


def _read_choice(booking: Booking, data: QueryDict) -> Choice:
    choice = read_choice(booking.service, data)
    _keep_agreed(choice.query, booking, data)
    return choice


def _ask(asked: _Asked, choice: Choice) -> HttpResponse:
    """The old time and the new one, before anything is moved."""
    refusal = None
    if choice.start and not choice.problem:
        try:
            check_offered(wish=choice.wish, start=choice.start)
        except DomainError as error:
            refusal = error
    status = errors.STATUS[type(refusal)] if refusal else 400 if choice.problem else 200
    return _page(asked, choice, refusal=refusal, status=status)


def _move(asked: _Asked) -> HttpResponse:
    request, booking = asked.request, asked.booking
    if not form_token.same_origin(request):
        return errors.foreign_form(request, booking.business)
    choice = _read_choice(booking, request.POST)
    if choice.problem or choice.start is None:
        return _page(asked, choice, status=400)
    wish = choice.wish
    operation = request_move if needs_approval(booking) else move_booking
    try:
        moved = operation(
            booking=booking,
            start=choice.start,
            actor=Actor(kind=ActorKind.CLIENT, source=Source.WEB),
            provider_id=wish.provider_id,
            session_id=wish.session_id,
        )
    except DomainError as error:
        page = _page(asked, choice, refusal=error, status=errors.STATUS[type(error)])
        return errors.say_when_to_retry(page, error)
    response = redirect("booking:own", links.manage_token(moved))
    response.status_code = 303
    return response


def needs_approval(booking: Booking) -> bool:
    """Whether a move is asked for first; a request, which is to be answered anyhow, just moves."""
    return booking.business.settings.reschedule_needs_approval and (
        booking.status == Status.CONFIRMED
    )


def _page(
    asked: _Asked, choice: Choice, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    business, query = asked.booking.business, choice.query
    new_times = (
        clocks(
            choice.start,
            business_zone=business.timezone,
            client_zone=query.timezone,
            locale=business.locale,
            hours=query.hours,
        )
        if choice.start
        else []
    )
    return asked.render(
        "booking/move.html",
        status=status,
        choice=choice,
        query=query,
        start=choice.start.isoformat() if choice.start else "",
        new_times=new_times,
        old_times=clocks_of(asked.booking, query.hours),
        needs_approval=needs_approval(asked.booking),
        refusal=refusal,
        alternatives=_alternatives(choice, refusal),
    )


def _alternatives(choice: Choice, refusal: DomainError | None) -> list[tuple[str, Time]]:
    """The nearest free times, each with its date in words."""
    if not isinstance(refusal, SlotTaken | SlotUnavailable):
        return []
    service, query = choice.service, choice.query
    return [
        (
            read_clock(moment(slot.starts_at), query.timezone, service.business.locale).date,
            show_time(slot, service=service, query=query),
        )
        for slot in refusal.alternatives
    ]
