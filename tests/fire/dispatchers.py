"""Eight dispatchers that begin at the same moment: `python -m tests.fire.dispatchers`."""

import multiprocessing
import sys

from config.processes import Processes
from tests.fire import app  # noqa: F401

DISPATCHERS = 8
barrier = multiprocessing.get_context("fork").Barrier(DISPATCHERS)


def dispatch() -> None:
    from notifications import messages  # only now: the application has filled the registry

    barrier.wait()
    messages.send_due(limit=1000)


processes = Processes()
for number in range(DISPATCHERS):
    processes.start(f"dispatcher {number}", dispatch)
for process in processes.running:
    process.join()
sys.exit(max(abs(process.exitcode or 0) for process in processes.running))
