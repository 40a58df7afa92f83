"""Child processes that live and end together, forked from one parent to share its memory."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from typing import NoReturn

STOP_SECONDS = 8
_fork = multiprocessing.get_context("fork")


class Stopped(Exception):
    """A process has ended that should not have."""


class Processes:
    def __init__(self) -> None:
        self.running: list[ForkProcess] = []

    def start(self, name: str, run: Callable[..., None], *arguments: object) -> ForkProcess:
        child = _fork.Process(name=name, target=_child, args=(run, *arguments))
        self.running.append(child)
        child.start()
        return child

    def finish(self, name: str, run: Callable[..., None]) -> None:
        """Run a step to its end; connections that it opens reach none of the others."""
        child = self.start(name, run)
        child.join()
        self.running.remove(child)
        if child.exitcode:
            raise Stopped(f"The {name} failed (exit code {child.exitcode}).")

    def watch(self) -> NoReturn:
        """Wait until one of them ends, which none should, and raise `Stopped`."""
        ended = wait([child.sentinel for child in self.running])
        [child, *_] = [child for child in self.running if child.sentinel in ended]
        child.join()
        raise Stopped(f"The {child.name} has ended (exit code {child.exitcode}).")

    def stop(self) -> None:
        """Ask all to end, and end those that have not after a few seconds."""
        for child in self.running:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.running:
            child.join(max(0, deadline - time.monotonic()))
            child.kill()


def _child(run: Callable[..., None], *arguments: object) -> None:
    # Ctrl-C reaches the parent alone, which then stops the children in order.
    os.setpgrp()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    run(*arguments)


def _stop_with_parent() -> None:
    """Even a parent that is killed, and can tell nobody, leaves no child behind."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
