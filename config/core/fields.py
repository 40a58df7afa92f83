"""Form fields for people who write no JSON and count no cents."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms

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
