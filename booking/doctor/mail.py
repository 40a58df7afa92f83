"""Whether mails leave the house."""

import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from booking.doctor.addresses import is_local
from booking.doctor.findings import Finding, Findings, Level, ok, problem, warning

SECONDS = 8
SMTP = "django.core.mail.backends.smtp.EmailBackend"
FILES = "notifications.channels.email_files.EmailBackend"
FIX = "Correct EMAIL_URL, for example smtp+tls://user:password@host:587"


def look() -> Findings:
    """The mail server, asked for a connection and a login; nothing is sent."""
    backend = settings.EMAIL_BACKEND
    if backend == FILES:
        # A first look needs no mails; clients from outside do.
        is_public = not is_local(urlsplit(settings.BASE_URL).hostname or "")
        yield Finding(
            Level.PROBLEM if is_public else Level.WARNING,
            f"Mails are only files in {settings.EMAIL_FILE_PATH}; nobody gets them.",
            "Set EMAIL_URL, for example smtp+tls://user:password@host:587",
        )
    elif backend == SMTP:
        yield from _smtp()
    else:
        yield warning(f"Mails go to {backend}, which cannot be asked.", "Try it with --mail-to.")


def send_to(address: str) -> Finding:
    """Really send a mail, as those about bookings are sent."""
    try:
        validate_email(address)
    except ValidationError:
        return problem(f"{address!r} is not an address.", "Give one like me@example.com")
    mail = EmailMessage(
        "Openslot can send mails",
        f"This mail was asked for on {settings.BASE_URL} by `manage.py doctor`.\n",
        settings.DEFAULT_FROM_EMAIL,
        [address],
        connection=_connection(),
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return problem(f"A mail to {address} could not be sent: {_said(error)}", FIX)
    if settings.EMAIL_BACKEND == FILES:
        return warning(
            f"The mail to {address} is a file in {settings.EMAIL_FILE_PATH}.", "Set EMAIL_URL."
        )
    return ok(f"A mail to {address} was handed over; look whether it has arrived.")


def _smtp() -> Findings:
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = _connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        yield problem(f"The mail server {server} does not let us in: {_said(error)}", FIX)
        return
    finally:
        connection.close()
    login = "takes our login" if settings.EMAIL_HOST_USER else "answers, without a login"
    yield ok(f"The mail server {server} {login}.")
    if not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or is_local(settings.EMAIL_HOST)):
        yield warning(
            "Mails and the password for them travel unencrypted.",
            "Begin EMAIL_URL with smtp+tls:// (port 587) or smtp+ssl:// (port 465).",
        )
    if is_local(settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")):
        yield problem(
            f"Mails come from {settings.DEFAULT_FROM_EMAIL}, which nobody can answer.",
            "Set DEFAULT_FROM_EMAIL to an address that your mail server may send from.",
        )


def _connection() -> Any:
    return get_connection(timeout=SECONDS) if settings.EMAIL_BACKEND == SMTP else get_connection()


def _said(error: Exception) -> str:
    """The server's own words, without its code."""
    words = getattr(error, "smtp_error", b"") or str(error) or type(error).__name__
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)
