"""What a message says, before it is put into a mail: words and facts, no markup."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from notifications.models import Message


class Link(NamedTuple):
    label: str
    url: str


class Attachment(NamedTuple):
    filename: str
    content: bytes
    content_type: str


class Fact(NamedTuple):
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message in full. `calendar` is an iTIP body (RFC 5546), `calendar_method` its METHOD."""

    subject: str
    headline: str
    paragraphs: list[str]
    facts: list[Fact]
    button: Link | None = None
    # With a title the links stand beside each other below it, else each says by itself what it is.
    links_title: str = ""
    links: list[Link] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    brand: str
    # The whole address of the business's picture, shown in place of the brand's name.
    logo_url: str = ""
    color: str
    language: str
    sender_name: str
    sender_email: str = ""
    reply_to: str = ""
    # What opens something for its reader alone, such as the token of a link.
    secrets: list[str] = field(default_factory=list)
    calendar: bytes = b""
    calendar_method: str = ""


# (template, subject_id) to a letter, or None when the message has lost its reason.
Composer = Callable[[str, str], Letter | None]
_composers: dict[str, Composer] = {}


def register_composer(subject_type: str, composer: Composer) -> None:
    _composers[subject_type] = composer


def compose(message: Message) -> Letter | None:
    """What a message says as things are now; None when it has lost its reason."""
    return _composers[message.subject_type](message.template, message.subject_id)
