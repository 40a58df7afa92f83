"""The first run: a page that makes the owner, the business, its hours and a first service.

It is there as long as nobody and nothing was made, and never again.
"""

from datetime import time
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, get_territory_currencies
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.admin_choices import OpenSelect, currency_choices, language_choices, zone_choices
from accounts.models import User
from booking.models import Weekday
from booking.operations import AlreadySetUp, FirstBusiness, is_untouched, set_up
from booking.operations.create_business import WORKING_DAYS
from booking.validators import DURATION_MINUTES, validate_whole_minute
from config.core.errors import TryAgain
from config.core.fields import CleanCharField
from config.core.money import validate_currency
from config.core.text import validate_name
from config.core.when import validate_locale, validate_zone

FILL_IN = "Please fill this in."
CHOOSE = "Please choose one."
OWN = "own"
# Until the end of the day.
MIDNIGHT = time(0)
# As much as the database keeps, in minor units.
MAX_PRICE = 2_147_483_647
TOO_DEAR = "This is more than any service costs."
# What many begin with: a name, and minutes.
PRESETS = {
    "consultation": ("Consultation", 30),
    "demo": ("Demo", 30),
    "support": ("Support", 30),
    "training": ("Training", 60),
}


class SetupForm(forms.Form):
    owner_name = CleanCharField(
        label="Your name",
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text="Clients see it as the person they book with.",
    )
    email = forms.EmailField(
        label="Your e-mail",
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "username"}),
        help_text="You sign in with it, and new bookings are told to it.",
    )
    password = forms.CharField(
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="12 characters or more.",
    )
    name = CleanCharField(
        label="Name of the business",
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput({"autocomplete": "organization"}),
        help_text="Your booking link is made from it; both can be changed later.",
    )
    timezone = forms.CharField(
        label="Time zone",
        validators=[validate_zone],
        widget=OpenSelect(zone_choices),
        initial="UTC",
    )
    locale = forms.CharField(
        label="Dates and prices are written as in",
        validators=[validate_locale],
        widget=OpenSelect(language_choices),
        initial="en-GB",
    )
    currency = forms.CharField(
        validators=[validate_currency], widget=OpenSelect(currency_choices), initial="EUR"
    )
    days = forms.TypedMultipleChoiceField(
        label="Open on",
        coerce=int,
        choices=Weekday.choices,
        initial=list(WORKING_DAYS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one day."},
    )
    opens = forms.TimeField(
        label="From",
        initial=time(9),
        validators=[validate_whole_minute],
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    closes = forms.TimeField(
        label="Until",
        initial=time(17),
        validators=[validate_whole_minute],
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    service = forms.ChoiceField(
        label="What can be booked first?",
        choices=[
            (OWN, "Something of your own"),
            *((key, f"{name}, {minutes} minutes") for key, (name, minutes) in PRESETS.items()),
        ],
    )
    service_name = CleanCharField(
        label="What is it called?",
        required=False,
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput({"placeholder": "for example Haircut, Swimming lesson"}),
    )
    duration_minutes = forms.IntegerField(
        label="How long, in minutes?",
        required=False,
        initial=60,
        validators=DURATION_MINUTES,
        widget=forms.NumberInput({"min": 5, "max": 1440}),
        error_messages={
            "invalid": "Write the minutes as a number, such as 45.",
            "min_value": "At least 5 minutes.",
            "max_value": "At most 1440 minutes, which is a day.",
        },
    )
    price = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=15,
        decimal_places=3,
        help_text="Left empty, no price is shown.",
        error_messages={
            "invalid": "Write the price as a number, such as 45.50.",
            "min_value": "A price is never below zero.",
            "max_digits": TOO_DEAR,
            "max_whole_digits": TOO_DEAR,
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                is_list = isinstance(field.widget, forms.Select)
                field.error_messages["required"] = CHOOSE if is_list else FILL_IN
            if "invalid_choice" in field.error_messages:
                field.error_messages["invalid_choice"] = "Please choose from what is listed."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("service") == OWN:
            for name in ("service_name", "duration_minutes"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, FILL_IN)
        elif preset := PRESETS.get(given.get("service", "")):
            given["service_name"], given["duration_minutes"] = preset
        self._check_hours(given)
        self._check_password(given)
        self._count_price(given)
        return given

    def _check_hours(self, given: dict[str, Any]) -> None:
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and closes != MIDNIGHT and closes <= opens:
            self.add_error(
                "closes",
                "Choose a time later than it opens. Hours past midnight can be set in the admin"
                " afterwards.",
            )

    def _check_password(self, given: dict[str, Any]) -> None:
        try:
            owner = User(email=given.get("email", ""), name=given.get("owner_name", ""))
            validate_password(given.get("password", ""), owner)
        except ValidationError as error:
            if "password" not in self.errors:
                self.add_error("password", error)

    def _count_price(self, given: dict[str, Any]) -> None:
        """The price in minor units of the currency."""
        price, currency = given.get("price") or 0, given.get("currency", "EUR")
        amount = price * 10 ** get_currency_precision(currency)
        if amount != int(amount):
            self.add_error("price", f"{currency} has no such small coins.")
        elif amount > MAX_PRICE:
            self.add_error("price", TOO_DEAR)
        given["price_amount"] = int(amount)

    def first_business(self) -> FirstBusiness:
        names = FirstBusiness.__dataclass_fields__
        return FirstBusiness(**{name: self.cleaned_data[name] for name in names})


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    if not is_untouched():
        return redirect("admin:index")
    form = SetupForm(request.POST or None, initial=_guess(request))
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=400 if form.errors else 200)
    try:
        owner = set_up(form.first_business())
    except AlreadySetUp:
        return redirect("admin:index")
    except TryAgain as error:
        form.add_error(None, error.message)
        return _page(request, form, status=503)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _page(request, form, status=400)
    login(request, owner, backend=settings.AUTHENTICATION_BACKENDS[-1])
    messages.success(
        request,
        "Everything is set up, and your booking link works. Open it and book a first time yourself"
        " to see what your clients see.",
    )
    return redirect("admin:index")


def _page(request: HttpRequest, form: SetupForm, *, status: int) -> HttpResponse:
    return render(request, "admin/setup.html", {"form": form}, status=status)


def _guess(request: HttpRequest) -> dict[str, str]:
    """Language and currency from what the browser asks for; the zone is asked in the browser."""
    wanted = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    try:
        locale = Locale.parse(wanted, sep="-")
    except (ValueError, UnknownLocaleError):
        return {}
    known = [tag for tag in (wanted, locale.language) if tag in dict(language_choices())]
    guess = {"locale": known[0]} if known else {}
    if currencies := get_territory_currencies(locale.territory or ""):
        guess["currency"] = currencies[0]
    return guess
