"""Mails as files, one `.eml` each: what an installation without a mail server does with them."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.text import slugify

from config.core import clock


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            stamp = clock.now().strftime("%Y%m%d-%H%M%S-%f")
            name = f"{stamp}-{slugify(mail.recipients()[0])[:60]}.eml"
            folder.joinpath(name).write_bytes(mail.message().as_bytes())
        return len(email_messages)
