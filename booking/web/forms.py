"""What a client fills in: contact, notes, and the service's own questions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Business
from booking.models import Question, QuestionType, Service
from booking.operations import Details
from booking.validators import CONTACT_NEEDED, parse_phone
from config.core.fields import CleanCharField
from config.core.text import validate_line, validate_name, validate_text

_REQUIRED = {
    forms.BooleanField: "Please tick this to go on.",
    forms.ChoiceField: "Please choose one.",
}


class BookingForm(forms.Form):
    """The fields of one service; questions are named `answer_<key>`."""

    name = CleanCharField(
        max_length=100,
        validators=[validate_name],
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        validators=[validate_line],
        label="E-mail",
        required=False,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    phone = CleanCharField(
        required=False,
        max_length=40,
        validators=[validate_line],
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    notes = CleanCharField(
        required=False,
        max_length=2000,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 3}),
        label="Anything we should know",
    )

    # Nobody sees this field; robots fill in whatever there is.
    homepage = forms.CharField(
        required=False,
        label="Leave this field empty",
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, service: Service, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.business: Business = service.business
        self.questions = list(service.questions.all())
        for question in self.questions:
            self.fields[f"answer_{question.key}"] = _field(question)
        for field in self.fields.values():
            field.error_messages["required"] = _REQUIRED.get(type(field), "Please fill this in.")
        self.order_fields([name for name in self.fields if name != "notes"])

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the service's own questions."""
        return [self[f"answer_{question.key}"] for question in self.questions]

    def clean_homepage(self) -> str:
        if self.cleaned_data["homepage"]:
            raise ValidationError("Please empty this field: it is here to stop robots.")
        return ""

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        return parse_phone(phone, region=self.business.region) if phone else ""

    def clean(self) -> None:
        super().clean()
        given = self.cleaned_data
        asked_badly = {"email", "phone"} & set(self.errors)
        if not asked_badly and not given.get("email") and not given.get("phone"):
            self.add_error("email", CONTACT_NEEDED)

    def details(self, *, timezone: str) -> Details:
        given = self.cleaned_data
        return Details(
            name=given["name"],
            email=given["email"],
            phone=given["phone"],
            notes=given["notes"],
            timezone=timezone,
            answers=[
                {"key": question.key, "label": question.label, "value": text}
                for question in self.questions
                if (text := _answer_text(given[f"answer_{question.key}"]))
            ],
        )


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {"label": question.label, "required": question.is_required}
    match question.type:
        case QuestionType.LONG_TEXT:
            area = forms.Textarea({"rows": 3})
            return CleanCharField(
                max_length=2000, validators=[validate_text], widget=area, **common
            )
        case QuestionType.CHOICE:
            choices = [("", "Please choose"), *((line, line) for line in question.choices)]
            return forms.ChoiceField(choices=choices, **common)
        case QuestionType.YES_NO:
            return forms.BooleanField(**common)
        case QuestionType.NUMBER:
            return forms.DecimalField(max_digits=12, decimal_places=3, **common)
        case QuestionType.DATE:
            return forms.DateField(widget=forms.DateInput({"type": "date"}), **common)
        case _:
            return CleanCharField(max_length=200, validators=[validate_line], **common)


def _answer_text(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)


class ReasonForm(forms.Form):
    reason = CleanCharField(
        required=False,
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 2}),
    )
