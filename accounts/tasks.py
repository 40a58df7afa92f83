from importlib import import_module

from celery import shared_task
from django.conf import settings

from accounts import signing_in


@shared_task(ignore_result=True)
def forget_sign_ins() -> None:
    """Delete what is known of attempts and sessions that are over."""
    signing_in.forget_old_attempts()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
