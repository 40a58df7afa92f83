"""A message as an e-mail."""

import smtplib
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from notifications.channels.errors import ChannelAway, Refused
from notifications.letters import Letter
from notifications.models import Message
from notifications.rendering import Rendered

# Said of the recipient, yet about us: sign in first, or too many at once (RFC 5321 §4.5.3.1.10).
ABOUT_US = {530, 552}


def send(message: Message, letter: Letter, rendered: Rendered) -> None:
    """Hand the mail to the mail server. Raises `Refused`, `ChannelAway` or what may pass."""
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
    _deliver(mail)


def _deliver(mail: EmailMultiAlternatives) -> None:
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        [(code, said)] = error.recipients.values()
        if code >= 500 and code not in ABOUT_US:
            raise Refused(_refusal(code, said)) from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise Refused(_refusal(error.smtp_code, error.smtp_error)) from error
        raise
    except (
        smtplib.SMTPConnectError,
        smtplib.SMTPHeloError,
        smtplib.SMTPAuthenticationError,
    ) as error:
        words = f"{error.smtp_code} {_text(error.smtp_error)}"
        raise ChannelAway(f"The mail server does not let us in: {words}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise ChannelAway(f"The mail server hung up: {error}") from error
    except smtplib.SMTPException:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise ChannelAway(f"The mail server cannot be reached: {reason}") from error


def _refusal(code: int, said: bytes | str) -> str:
    return f"The mail server refused it: {code} {_text(said)}"


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def message_id(message: Message) -> str:
    """The same for every attempt at one message, so that a repeat is recognised."""
    return f"<{message.uuid}@{urlsplit(settings.BASE_URL).hostname}>"
