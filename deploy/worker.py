"""Gunicorn's threaded worker, but that all workers get about as many connections."""

import socket
import time

from gunicorn.workers.gthread import ThreadWorker

# Of the moment that a worker leaves to those with fewer connections, for each that it has.
STEP_SECONDS, LONGEST_SECONDS = 0.0002, 0.002


class EvenWorker(ThreadWorker):  # type: ignore[misc]
    """Whoever has more connections is slower to take the next one.

    All workers wake up for a new connection, and the quickest takes it. A reverse proxy opens a few
    and keeps them: an idle worker would often take them all, and its processor do all the work.
    """

    def accept(self, listener: socket.socket) -> None:
        time.sleep(min(self.nr_conns * STEP_SECONDS, LONGEST_SECONDS))
        super().accept(listener)
