"""Rules for what people type, used by models, forms and the API alike."""

import re
import unicodedata

from django.core.exceptions import ValidationError

# Control characters (Cc), bidirectional overrides and isolates, and the separators that some
# programs take for the end of a line. Zero-width joiners stay: emoji and Persian need them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]"
)
_LINE_BREAK = re.compile("[\n\r\t]")
_ADDRESS = re.compile(r"https?:|www\.|://", re.IGNORECASE)


def clean_text(value: str) -> str:
    """`value` in NFC, with one kind of line break and no space around it."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", value).strip()


def validate_text(value: str) -> None:
    """Refuse characters that are invisible or turn the writing direction of what follows."""
    if _UNSAFE.search(value):
        raise ValidationError("Please remove the invisible control characters.", code="unsafe_text")


def validate_line(value: str) -> None:
    """As `validate_text`, and a single line."""
    validate_text(value)
    if _LINE_BREAK.search(value):
        raise ValidationError("Please write this on one line.", code="several_lines")


def validate_name(value: str) -> None:
    """As `validate_line`, and no address: names travel in mails that others trust."""
    validate_line(value)
    if not any(unicodedata.category(letter)[0] in "LNS" for letter in value):
        raise ValidationError("Please write a name that can be read.", code="invisible_name")
    if _ADDRESS.search(value):
        raise ValidationError("A name cannot contain a web address.", code="address_in_name")
