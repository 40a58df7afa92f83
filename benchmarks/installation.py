"""`make run` on a data folder of its own, and what it takes of the machine."""

import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
SAMPLE_SECONDS = 0.5


@dataclass
class Installation:
    """A running installation, and the most memory that it was seen to have."""

    launcher: subprocess.Popen[bytes]
    environment: dict[str, str]
    peak: float = 0

    @property
    def port(self) -> int:
        return int(self.environment["PORT"])

    def fill(self) -> list[str]:
        """Fill it with the business to be booked; the starts that are free."""
        command = [sys.executable, "-m", "benchmarks.fill"]
        told = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, text=True, stdout=subprocess.PIPE
        )
        return told.stdout.split()

    def memory(self) -> float:
        now = sum(pss_megabytes(pid) for pid in family(self.launcher.pid))
        self.peak = max(self.peak, now)
        return now

    def watch_memory(self) -> None:
        def sample() -> None:
            while self.launcher.poll() is None:
                self.memory()
                time.sleep(SAMPLE_SECONDS)

        threading.Thread(target=sample, daemon=True).start()


@contextmanager
def installation(
    folder: Path, *, cpu: int | None = None, **settings: str
) -> Iterator[Installation]:
    """Start it, on one CPU if asked, wait until it takes bookings, and stop it at the end."""
    environment = make_environment(folder) | settings
    command = [sys.executable, "-m", "config.embedded"]
    launcher = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    if cpu is not None:
        os.sched_setaffinity(launcher.pid, {cpu})
    try:
        wait_until_ready(int(environment["PORT"]), launcher)
        yield Installation(launcher, environment)
    finally:
        launcher.terminate()
        launcher.wait(timeout=30)


def make_environment(folder: Path) -> dict[str, str]:
    """A first `make run`, whatever is set around us; only the limits for visitors are off."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "ENV_FILE": os.devnull,
        "PORT": str(port),
        "BASE_URL": f"http://localhost:{port}",
        "DATA_DIR": str(folder / "data"),
        "STATIC_ROOT": str(folder / "static"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "RATE_LIMITS": "off",
    }


def wait_until_ready(port: int, launcher: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and launcher.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the installation does not start")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(one for child in below for one in family(int(child)))]


def pss_megabytes(pid: int) -> float:
    """Memory of a process, with each shared page divided among those who share it."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0
