"""The last part of a booking link: made from a name, unique, never an address of our own."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from slugify import slugify

# First parts of our own addresses: `/<slug>/book` must not hide them, now or later.
RESERVED = frozenset(
    {
        *("admin", "api", "book", "booking", "client", "embed", "feeds", "health", "media"),
        *("metrics", "static", "webhooks", "accounts", "setup", "login", "logout", "docs"),
        *("schema", "lost", "confirm", "hold", "invite", "new", "edit", "www"),
    }
)
MAX_LENGTH = 100


def validate_business_slug(slug: str) -> None:
    validate_slug(slug)
    if slug != slug.lower():
        raise ValidationError("Use lower-case letters only.", code="upper_case")
    if slug in RESERVED:
        raise ValidationError(f"“{slug}” is one of our own addresses.", code="reserved")


def make_slug(name: str, *, is_taken: Callable[[str], bool], fallback: str = "business") -> str:
    """A free slug for `name`: "Größe & Söhne" becomes `grosse-sohne`, the next `grosse-sohne-2`."""
    base = slugify(name, max_length=MAX_LENGTH - 6, word_boundary=True) or fallback
    candidate, number = base, 1
    while candidate in RESERVED or is_taken(candidate):
        number += 1
        candidate = f"{base}-{number}"
    return candidate
