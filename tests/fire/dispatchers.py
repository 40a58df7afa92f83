"""Eight dispatchers that begin at the same moment: `python -m tests.fire.dispatchers`."""

import multiprocessing
import sys

from tests.fire import app  # noqa: F401 - it loads the applications

# isort: split
from config.processes import Processes
from notifications import messages

DISPATCHERS = 8
barrier = multiprocessing.get_context("fork").Barrier(DISPATCHERS)


def dispatch() -> None:
    barrier.wait()
    messages.send_due(limit=1000)


processes = Processes()
for number in range(DISPATCHERS):
    processes.start(f"dispatcher {number}", dispatch)
for process in processes.running:
    process.join()
sys.exit(max(abs(process.exitcode or 0) for process in processes.running))
