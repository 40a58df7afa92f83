from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import slugify

from accounts.scoped_admin import OwnRowsFilter, ScopedAdmin, ScopedInline, scope_of
from accounts.slugs import make_slug
from booking.models import Question, Resource, Service
from booking.models.service import validate_choices
from config.core.fields import LinesField, MoneyField
from config.core.money import format_money

AS_THE_BUSINESS = (("unknown", "As the business says"), ("true", "Yes"), ("false", "No"))


class ServiceForm(forms.ModelForm[Service]):
    slug = forms.SlugField(
        label="Link",
        required=False,
        max_length=100,
        help_text="Its part of the booking link. Left empty, it is made from the name.",
    )

    class Meta:
        model = Service
        fields = "__all__"  # noqa: DJ007 - a form of the admin, whose fieldsets name the fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "requires_approval" in self.fields:
            widget = forms.NullBooleanSelect()
            widget.choices = AS_THE_BUSINESS
            self.fields["requires_approval"].widget = widget
            self.fields["requires_approval"].help_text = ""

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
        required=False,
        validators=[validate_choices],
        help_text="One a line; only for “one of several”.",
    )

    class Meta:
        model = Question
        fields = ("label", "type", "is_required", "choices", "position")


class QuestionFormSet(forms.BaseInlineFormSet[Question, Service, QuestionForm]):
    """Gives new questions their key, made from the label and free in this service."""

    def save_new(self, form: QuestionForm, commit: bool = True) -> Question:  # noqa: FBT001, FBT002
        taken = set(self.instance.questions.values_list("key", flat=True))
        base = slugify(form.instance.label).replace("-", "_")[:36].strip("_")
        base = base if base[:1].isalpha() else f"question_{base}".strip("_")
        numbered = (f"{base}_{number}" for number in range(2, len(taken) + 3))
        form.instance.key = next(key for key in (base, *numbered) if key not in taken)
        return super().save_new(form, commit)


class QuestionInline(ScopedInline, admin.TabularInline[Question, Service]):
    model = Question
    form = QuestionForm
    formset = QuestionFormSet  # type: ignore[assignment]


@admin.register(Service)
class ServiceAdmin(ScopedAdmin):
    form = ServiceForm
    inlines = (QuestionInline,)
    list_display = ("name", "duration", "price", "with_whom", "is_active")
    list_filter = ("is_active", ("providers", OwnRowsFilter))
    search_fields = ("name",)
    list_select_related = ("business",)
    fieldsets = (
        (None, {"fields": ("business", "name", "slug", "description", "providers", "is_active")}),
        (
            "Time",
            {
                "fields": (
                    "duration_minutes",
                    ("slot_interval_minutes", "slot_alignment"),
                    ("buffer_before_minutes", "buffer_after_minutes"),
                    ("minimum_notice_minutes", "booking_horizon_days"),
                    "schedule",
                )
            },
        ),
        (
            "Price, place and look",
            {"fields": ("requires_approval", "price_amount", "location", "color", "position")},
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
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = field.queryset.people()
        return field

    @admin.display(ordering="duration_minutes")
    def duration(self, service: Service) -> str:
        return f"{service.duration_minutes} min"

    @admin.display(ordering="price_amount")
    def price(self, service: Service) -> str:
        business = service.business
        if not service.price_amount:
            return "–"
        return format_money(service.price_amount, business.currency, business.locale)

    @admin.display(description="with")
    def with_whom(self, service: Service) -> str:
        return ", ".join(person.name for person in service.providers.all()) or "nobody yet"


@admin.register(Resource)
class ResourceAdmin(ScopedAdmin):
    list_display = ("name", "kind", "schedule", "priority", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("schedule",)
    search_fields = ("name", "email")
    fields = ("business", "name", "kind", "email", "schedule", "priority", "is_active")
