from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.admin_choices import OpenSelect, currency_choices, language_choices, zone_choices
from accounts.logos import redraw
from accounts.models import Business, Membership, User
from accounts.permissions import Ability
from accounts.scoped_admin import ScopedAdmin
from accounts.slugs import make_slug

# What people may do lies in their memberships; groups would promise what nothing keeps.
admin.site.unregister(Group)


class HttpsURLField(forms.URLField):
    """An address without a scheme is an https one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"assume_scheme": "https", **kwargs})


class LogoWidget(forms.ClearableFileInput):
    template_name = "accounts/logo_widget.html"


class LogoField(forms.FileField):
    """A picture, drawn anew; see `accounts.logos`."""

    widget = LogoWidget({"accept": "image/png,image/jpeg,image/webp"})

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        return redraw(upload) if upload else None


class BusinessForm(forms.ModelForm[Business]):
    slug = forms.CharField(
        label="Booking link",
        required=False,
        max_length=100,
        help_text="The last part of your booking link. Left empty, it is made from the name."
        " Links with an earlier one keep working.",
    )

    logo = LogoField(
        required=False,
        help_text="At the top of your booking page and mails. PNG, JPEG or WebP, up to 2 MB;"
        " without one they show your name alone.",
    )

    class Meta:
        model = Business
        fields = "__all__"  # noqa: DJ007 - a form of the admin, whose fieldsets name the fields
        field_classes = {"website": HttpsURLField}
        widgets = {
            "description": forms.Textarea({"rows": 3}),
            "color": forms.ColorInput(),
            "phone": forms.TelInput(),
            "timezone": OpenSelect(zone_choices),
            "locale": OpenSelect(language_choices),
            "currency": OpenSelect(currency_choices),
        }
        help_texts = {
            "color": "The accent of your booking page and mails.",
            "timezone": "Your opening hours are read on the clock of this place.",
            "locale": "How dates, times and prices are written.",
            "currency": "What your prices are in.",
        }

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        if not given.get("slug") and given.get("name"):
            others = Business.objects.exclude(pk=self.instance.pk)
            given["slug"] = make_slug(given["name"], is_taken=lambda slug: others.at(slug).exists())
        return given


@admin.register(Business)
class BusinessAdmin(ScopedAdmin):
    """The business itself. New ones come from `create_business`, which gives them settings too."""

    abilities = {"view": Ability.SEE, "change": Ability.OWN}
    form = BusinessForm
    one_per_business = True
    read_as = {"logo": "has_logo"}
    hint = "Name, logo, address, colour, language, time zone"
    list_display = ("name", "slug", "timezone")
    search_fields = ("name", "slug")
    change_form_template = "admin/accounts/business/change_form.html"
    fieldsets = (
        (None, {"fields": ("name", "description", "slug", "color", "logo")}),
        (
            "How clients reach you",
            {
                "fields": ("address", "phone", "email", "website"),
                "description": "Shown on the booking page and in mails; empty lines are left out.",
            },
        ),
        ("Time, language and money", {"fields": ("timezone", "locale", "currency")}),
    )

    @admin.display(description="logo", boolean=True)
    def has_logo(self, business: Business) -> bool:
        return bool(business.logo)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """Accounts, for the operator of the installation only."""

    form = UserChangeForm  # type: ignore[assignment]
    add_form = AdminUserCreationForm
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    filter_horizontal = ()
    readonly_fields = ("last_login",)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Access", {"fields": ("is_active", "is_superuser", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    """Who works where, for the operator of the installation only."""

    list_display = ("user", "business", "role")
    list_filter = ("role",)
    search_fields = ("user__email", "user__name", "business__name")
    autocomplete_fields = ("user", "business")
    list_select_related = ("user", "business")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)
