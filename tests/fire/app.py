"""The real Celery application, sabotaged: `celery -A tests.fire.app worker`, or `… beat`."""

import django

from config import celery_app as app

django.setup()

from tests.fire import sabotage  # noqa: E402, F401 - it needs the registry of apps

__all__ = ["app"]
