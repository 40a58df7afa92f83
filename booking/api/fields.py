"""How times, money and text go in and out."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.forms import Form
from rest_framework import serializers

from booking.web.query import read_start

BAD_START = "Write the start as a whole minute in ISO 8601 with an offset, like {example}."
AMBIGUOUS_START = "In {zone} this time does not come, or comes twice; write it with its offset."


def iso(moment: datetime, zone: str) -> str:
    """To the second, as clocks in `zone` show it, with the offset."""
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def read_moment(text: str, zone: str) -> datetime:
    """An instant in UTC from ISO 8601; without an offset it is a time on the clocks of `zone`.

    Raises `serializers.ValidationError`, also for a time that `zone` skips or has twice.
    """
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        given = None
    if given and given.tzinfo is None:
        first, second = (given.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            raise serializers.ValidationError(AMBIGUOUS_START.format(zone=zone))
        text = first.isoformat()
    if start := read_start(text):
        return start
    example = iso(datetime(2027, 3, 2, 9, tzinfo=UTC), "Europe/Berlin")
    raise serializers.ValidationError(BAD_START.format(example=example))


class AnswerField(serializers.CharField):
    """The answer to a question: a text, a number, or true or false, as text."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(str(data).lower() if isinstance(data, bool) else data)


class MomentField(serializers.DateTimeField):
    """ISO 8601 to the second, as clocks in the context's `timezone` show it, with the offset."""

    def to_representation(self, value: Any) -> str:
        return iso(value, self.context["timezone"])


def messages_of(form: Form) -> dict[str, list[str]]:
    """What is wrong, by the form's fields."""
    return {name: [str(message) for message in found] for name, found in form.errors.items()}


def money(amount: int, currency: str) -> dict[str, int | str]:
    """In minor units, beside the ISO 4217 code."""
    return {"amount": amount, "currency": currency}
