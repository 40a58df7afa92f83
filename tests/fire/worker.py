"""The worker of `make run` with its scheduler, sabotaged: `python -m tests.fire.worker`."""

from django.conf import settings

from config import embedded
from tests.fire import app  # noqa: F401

embedded.prepare_data_folder(settings.DATA_DIR)
embedded.work()
