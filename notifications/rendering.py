"""A letter as the text and the HTML of a mail."""

from typing import NamedTuple

from django.template.loader import render_to_string

from notifications.letters import Letter


class Rendered(NamedTuple):
    subject: str
    text: str
    html: str


def render(letter: Letter) -> Rendered:
    context = {"letter": letter}
    return Rendered(
        # A subject is one line (RFC 5322 §2.2); names in it may hold no break, yet none may pass.
        subject=" ".join(letter.subject.split())[:300],
        text=render_to_string("notifications/letter.txt", context).strip() + "\n",
        html=render_to_string("notifications/letter.html", context),
    )
