"""Form fields for people who write no JSON and count no cents."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.core.exceptions import ValidationError

from config.core.text import clean_text


class CleanCharField(forms.CharField):
    """Text in NFC with one kind of line break. NUL and control characters are refused."""

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea({"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = super().to_python(value) or ""
        return [line.strip() for line in lines.splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class ListField(forms.CharField):
    """Several of a kind, with commas, spaces or line breaks between them."""

    def read(self, item: str) -> Any:
        """One of them. Raises `ValueError` for what is none."""
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        items = re.split(r"[\s,;]+", super().to_python(value) or "")
        try:
            return [self.read(item) for item in items if item]
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except ValidationError:
            return True


class MinutesField(ListField):
    default_error_messages = {"invalid": "Write whole minutes, for example 30, 90."}

    def read(self, item: str) -> int:
        return int(item)


class DatesField(ListField):
    default_error_messages = {"invalid": "Write dates like 2027-12-24, with commas between them."}

    def read(self, item: str) -> date:
        return date.fromisoformat(item)


class MoneyField(forms.DecimalField):
    """An amount as people write it ("50.00"), kept as an integer in minor units."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.precision = get_currency_precision(currency)
        super().__init__(
            min_value=Decimal(0), max_digits=9, decimal_places=self.precision, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return Decimal(value).scaleb(-self.precision)
        return value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return int(amount.scaleb(self.precision)) if amount is not None else 0

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))
