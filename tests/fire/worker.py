"""The worker of `make run` with its scheduler, sabotaged: `python -m tests.fire.worker`."""

from config import embedded
from tests.fire import app  # noqa: F401

embedded.work()
