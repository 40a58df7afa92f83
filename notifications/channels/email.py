"""A message as an e-mail."""

from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from notifications.letters import Letter
from notifications.models import Message
from notifications.rendering import Rendered


def send(message: Message, letter: Letter, rendered: Rendered) -> None:
    """Hand the mail to the mail server. Raises what the server or the connection raises."""
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=formataddr(
            (
                letter.sender_name or settings.DEFAULT_FROM_NAME,
                letter.sender_email or settings.DEFAULT_FROM_EMAIL,
            )
        ),
        to=[message.recipient],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(rendered.html, "text/html")
    if letter.calendar:
        calendar = letter.calendar.decode()
        method = letter.calendar_method
        # Calendars take the alternative part (RFC 6047 §2.4); people and webmail the attachment.
        mail.attach_alternative(calendar, f"text/calendar; method={method}")
        mail.attach("invite.ics", calendar, f"text/calendar; method={method}")
    mail.send()


def message_id(message: Message) -> str:
    """The same for every attempt at one message, so that a repeat is recognised."""
    return f"<{message.uuid}@{urlsplit(settings.BASE_URL).hostname}>"
