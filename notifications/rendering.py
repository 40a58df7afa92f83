"""A letter as the text and the HTML of a mail."""

from typing import NamedTuple

from django.template.loader import render_to_string

from notifications.letters import Letter


class Rendered(NamedTuple):
    subject: str
    text: str
    html: str

    def without(self, secrets: list[str]) -> "Rendered":
        """The same with every secret left out: what is kept, and shown to others."""
        return Rendered(*(_leave_out(part, secrets) for part in self))


def _leave_out(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


def render(letter: Letter) -> Rendered:
    context = {"letter": letter}
    return Rendered(
        # A subject is one line (RFC 5322 §2.2); names in it may hold no break, yet none may pass.
        subject=" ".join(letter.subject.split())[:300],
        text=render_to_string("notifications/letter.txt", context).strip() + "\n",
        html=render_to_string("notifications/letter.html", context),
    )
