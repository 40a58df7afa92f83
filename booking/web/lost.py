"""A client who lost the link has it sent again; strangers learn nothing by asking."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import Business
from booking.operations import ask_for_links
from booking.web import errors, form_token
from config.core import throttle
from config.core.text import validate_line

# An address may have bookings with several businesses, so the form is bound to this page alone.
_SCOPE = "lost"


class AddressForm(forms.Form):
    email = forms.EmailField(
        validators=[validate_line],
        label="Your e-mail address",
        max_length=254,
        help_text="The one that you booked with.",
        error_messages={"required": "Please fill this in."},
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


@csrf_exempt  # protected by the form token and the Origin check: no cookie is needed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _ask(request)
    if "sent" in request.GET:
        return render(request, "booking/lost_sent.html", {"business": _business(request)})
    return _page(request, AddressForm())


def _ask(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST)
    if not form_token.same_origin(request):
        return errors.foreign_form(request, _business(request))
    if form_token.read(_SCOPE, request.POST.get("form_token", "")) is None:
        problem = "This page was open for too long. Please send it again."
        return _page(request, form, problem=problem, status=400)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        throttle.check(request, "links")
    except throttle.Throttled as refusal:
        page = _page(request, form, problem=refusal.message, status=429)
        return errors.say_when_to_retry(page, refusal)
    throttle.count(request, "links")
    ask_for_links(email=form.cleaned_data["email"])
    business = _business(request)
    where = f"{request.path}?sent=yes" + (f"&business={business.slug}" if business else "")
    return HttpResponse(status=303, headers={"Location": where})


def _page(
    request: HttpRequest, form: AddressForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "business": _business(request),
        "form": form,
        "form_token": form_token.issue(_SCOPE),
        "problem": problem,
    }
    return render(request, "booking/lost.html", context, status=status)


def _business(request: HttpRequest) -> Business | None:
    """Whose look the page has, and where it leads back to; it changes nothing of the answer."""
    slug = request.GET.get("business", "")
    return Business.objects.at(slug).select_related("settings").first() if slug else None
