"""The Celery application: `celery -A config worker`.

With a broker it is an ordinary worker beside an ordinary `celery beat`. In the embedded mode (no
broker) the same tasks travel through files in the data folder, and `config.embedded` runs the
schedule in a thread of the worker.
"""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.file_queue:Transport"

app = Celery("openslot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
