from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import slugify

from accounts.models import Business
from accounts.scoped_admin import OwnRowsFilter, ScopedInline, scope_of
from accounts.slugs import make_slug
from booking.admin.limits import LIMIT_LABELS, LIMITS
from booking.admin.required import RequiredGroupInline
from booking.admin.sessions.notes import tell_of_planned
from booking.admin.stranding import AsksBeforeStranding
from booking.closures import closure_of_service
from booking.models import Question, Resource, Service
from booking.models.service import validate_choices, validate_durations
from config.core import clock
from config.core.fields import LinesField, MinutesField, MoneyField
from config.core.money import format_money

# Left empty by a service, these are as the business's booking settings say.
INHERITED = (
    "buffer_before_minutes",
    "buffer_after_minutes",
    "minimum_notice_minutes",
    "booking_horizon_days",
)


class ServiceForm(forms.ModelForm[Service]):
    slug = forms.SlugField(
        label="Link",
        required=False,
        max_length=100,
        help_text="The last part of this service's own link. Left empty, it is made from the name.",
    )
    other_durations_minutes = MinutesField(
        label="Other durations, in minutes",
        required=False,
        validators=[validate_durations],
        help_text="Clients choose between them and the usual one, for example 30, 90. Empty: it"
        " always lasts as long.",
    )

    class Meta:
        model = Service
        fields = "__all__"  # noqa: DJ007 - a form of the admin, whose fieldsets name the fields
        widgets = {
            "description": forms.Textarea({"rows": 3}),
            "color": forms.ColorInput(),
            "starts": forms.RadioSelect,
        }
        labels = {
            "is_active": "Can be booked",
            "paused_until": "First day of bookings again",
            "paused_message": "Message while it is paused",
            "buffer_before_minutes": "Buffer before, in minutes",
            "buffer_after_minutes": "Buffer after, in minutes",
            "minimum_notice_minutes": "Minimum notice, in minutes",
            "booking_horizon_days": "Booking horizon, in days",
            "slot_alignment": "Starts are counted",
            "starts": "It starts",
            "capacity": "Places in a session",
            "schedule": "Only within",
            **LIMIT_LABELS,
        }
        help_texts = {
            "is_active": "Untick to take it off the page for good: no new bookings, all history"
            " stays.",
            "paused_until": "Until then clients see the service with this day beside it and cannot"
            " book it; on this day it opens again by itself. Empty: not paused.",
            "paused_message": "For example: Our teacher is away in March.",
            "description": "Clients read this on the booking page.",
            "providers": "Who offers it. Clients may choose, or leave it to you.",
            "color": "Marks it on the booking page and in the lists.",
            "starts": "You plan sessions under “Sessions”, outside of the opening hours, too.",
            "capacity": "How many can come to one: 1 for an appointment, more for a class. Sessions"
            " that exist keep the places they have.",
            "pending_blocks": "Unticked, others can book the time until the request is approved.",
            "slot_interval_minutes": "For example 30. Empty: the duration plus the larger buffer.",
            "schedule": "Narrows the hours of those who offer it, for example to the mornings.",
        }

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        if not given.get("slug") and given.get("name"):
            others = Service.objects.filter(business=given.get("business"))
            others = others.exclude(pk=self.instance.pk)
            given["slug"] = make_slug(
                given["name"],
                is_taken=lambda slug: others.filter(slug=slug).exists(),
                fallback="service",
            )
        return given


class QuestionForm(forms.ModelForm[Question]):
    choices = LinesField(
        required=False, validators=[validate_choices], widget=forms.Textarea({"rows": 2})
    )

    class Meta:
        model = Question
        fields = ("label", "type", "is_required", "choices", "position")
        labels = {"type": "Answer", "is_required": "Must be answered", "position": "Order"}


class QuestionFormSet(forms.BaseInlineFormSet[Question, Service, QuestionForm]):
    """Gives new questions their key, made from the label and free in this service."""

    def save_new(self, form: QuestionForm, commit: bool = True) -> Question:  # noqa: FBT001, FBT002
        taken = set(self.instance.questions.values_list("key", flat=True))
        base = slugify(form.instance.label).replace("-", "_")
        base = base if base[:1].isalpha() else f"question_{base}"
        base = base[:36].strip("_")
        numbered = (f"{base}_{number}" for number in range(2, len(taken) + 3))
        form.instance.key = next(key for key in (base, *numbered) if key not in taken)
        return super().save_new(form, commit)


class QuestionInline(ScopedInline, admin.TabularInline[Question, Service]):
    model = Question
    form = QuestionForm
    formset = QuestionFormSet  # type: ignore[assignment]
    read_as = {"choices": "choices_in_words"}
    hint = (
        "What clients are asked when they book. Choices, one a line, are for “One of several”"
        " only; lower order numbers are asked first."
    )

    @admin.display(description="choices")
    def choices_in_words(self, question: Question) -> str:
        return ", ".join(question.choices)


@admin.register(Service)
class ServiceAdmin(AsksBeforeStranding):
    form = ServiceForm
    inlines = (RequiredGroupInline, QuestionInline)
    read_as = {"price_amount": "price", "other_durations_minutes": "other_durations"}
    hint = "What clients can book: length, price, questions"
    change_form_template = "admin/booking/service/change_form.html"
    empty_text = "No services yet. Add the first one, and your booking page can offer it."
    list_display = ("name", "duration", "price", "with_whom", "state")
    list_filter = ("is_active", ("providers", OwnRowsFilter))
    search_fields = ("name",)
    list_select_related = ("business__settings",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "business",
                    "name",
                    "description",
                    ("duration_minutes", "price_amount"),
                    "providers",
                    "requires_approval",
                    "is_active",
                )
            },
        ),
        (
            "Pause it",
            {"classes": ("collapse",), "fields": ("paused_until", "paused_message")},
        ),
        (
            "Classes and groups",
            {"classes": ("collapse",), "fields": ("starts", "capacity")},
        ),
        (
            "When it can be booked",
            {
                "classes": ("collapse",),
                "fields": (
                    "other_durations_minutes",
                    # One by one: Django opens a section for an error in a field of its own only.
                    "slot_interval_minutes",
                    "slot_alignment",
                    "buffer_before_minutes",
                    "buffer_after_minutes",
                    "minimum_notice_minutes",
                    "booking_horizon_days",
                    "schedule",
                    "pending_blocks",
                ),
            },
        ),
        (
            "How many at most",
            {
                "classes": ("collapse",),
                "description": "Appointments of this service, with whomever. Empty: no limit.",
                "fields": LIMITS,
            },
        ),
        (
            "Place and look",
            {"classes": ("collapse",), "fields": ("location", "color", "position", "slug")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("providers")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "price_amount":
            business = scope_of(request)
            currency = business.currency if business else "EUR"
            return MoneyField(
                currency=currency,
                label=f"Price in {currency}",
                required=False,
                initial=0,
                help_text="0 shows no price.",
            )
        if db_field.name == "requires_approval":
            return _approval_field(scope_of(request))
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        business = scope_of(request)
        if db_field.name in INHERITED and business:
            now = getattr(business.settings, db_field.name)
            field.help_text = f"Empty: as in the booking settings, now {now}."
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = forms.CheckboxSelectMultiple()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = field.queryset.people()
        if not field.queryset.exists():
            people = reverse("admin:booking_resource_add")
            field.help_text = format_html(
                'There is nobody yet: <a href="{}">add a person</a> first.', people
            )
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Everybody who takes bookings offers a new service, until unticked."""
        business = scope_of(request)
        people = Resource.objects.for_business(business).people().active() if business else ()
        return {"providers": list(people), **super().get_changeform_initial_data(request)}

    def save_related(self, request: HttpRequest, form: Any, *args: Any, **kwargs: Any) -> None:
        super().save_related(request, form, *args, **kwargs)
        if {"starts", "capacity"} & set(form.changed_data):
            tell_of_planned(request, form.instance)

    @admin.display(description="online booking", ordering="is_active")
    def state(self, service: Service) -> str:
        if not service.is_active:
            return "Archived"
        pause = closure_of_service(service, clock.now())
        return f"Paused until {service.paused_until}" if pause else "Open"

    @admin.display(ordering="duration_minutes")
    def duration(self, service: Service) -> str:
        return f"{', '.join(map(str, service.durations_minutes))} min"

    @admin.display(description="other durations")
    def other_durations(self, service: Service) -> str:
        others = ", ".join(map(str, service.other_durations_minutes))
        return f"{others} min" if others else "None"

    @admin.display(ordering="price_amount")
    def price(self, service: Service) -> str:
        business = service.business
        if not service.price_amount:
            return "–"
        return format_money(service.price_amount, business.currency, business.locale)

    @admin.display(description="with")
    def with_whom(self, service: Service) -> str:
        return ", ".join(person.name for person in service.providers.all()) or "nobody yet"


def _approval_field(business: Business | None) -> forms.Field:
    usual = "yes" if business and business.settings.requires_approval else "no"
    widget = forms.NullBooleanSelect()
    widget.choices = [
        ("unknown", f"As in the booking settings ({usual})"),
        ("true", "Yes"),
        ("false", "No"),
    ]
    return forms.NullBooleanField(
        label="Approval needed",
        required=False,
        widget=widget,
        help_text="With “yes” every booking waits as a request until somebody approves it.",
    )
