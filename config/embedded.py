"""Everything in one command: `python -m config.embedded`, which `make run` calls.

The code is loaded once and then forked into a web server and a worker that also keeps the
schedule. They share its memory and one data folder, and nothing else has to run. An empty database
gets the demo business, unless the argument is `--no-demo`.
"""

import errno
import gc
import os
import secrets
import signal
import socket
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError

from config.processes import Processes, Stopped

BASE_DIR = Path(__file__).resolve().parent.parent


class CannotStart(Exception):
    """Says in one sentence why, and what to do."""


def main() -> None:
    # Ctrl-C, too: a shell that starts something in the background has it ignored.
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.default_int_handler)
    processes = Processes()
    try:
        run(processes)
    except (CannotStart, ImproperlyConfigured, Stopped) as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        processes.stop()


def run(processes: Processes) -> None:
    fill_environment()
    listener = listen(os.environ["HOST"], os.environ["PORT"])
    prepare_data_folder(Path(os.environ["DATA_DIR"]))
    load_code()
    processes.finish("preparation", prepare)
    processes.start("web server", serve, listener)
    processes.start("worker", work)
    listener.close()
    processes.watch()


# --- Before the settings are read ----------------------------------------------------------------
def fill_environment() -> None:
    """Set what nobody has set as this mode wants it; the settings read it afterwards."""
    environ.Env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
    for name, value in {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HOST": "127.0.0.1",
        "PORT": "8000",
        "DATA_DIR": str(BASE_DIR / "var"),
        "STATIC_ROOT": str(BASE_DIR / "static-root"),
        "LOG_LEVEL": "WARNING",
    }.items():
        os.environ.setdefault(name, value)


def listen(host: str, port: str) -> socket.socket:
    """Take the port before anything is touched; this also keeps a second start away."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {port!r}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} is taken, perhaps by Openslot itself."
                f" To use another one: make run PORT={int(port) + 1}"
            ) from error
        raise CannotStart(f"Port {port} of {host} cannot be opened: {error.strerror}.") from error


def prepare_data_folder(folder: Path) -> None:
    """Make what is missing: the folders, a secret key of its own, an empty queue."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("mail", "queue/messages", "queue/control"):
            folder.joinpath(name).mkdir(parents=True, exist_ok=True)
        # Nudges of an earlier run; the worker begins with a look at what is due.
        for nudge in folder.glob("queue/messages/*.msg*"):
            nudge.unlink(missing_ok=True)
        keep_secret_key(folder / "secret-key")
    except OSError as error:
        raise CannotStart(f"DATA_DIR cannot be used: {error}.") from error


def keep_secret_key(path: Path) -> None:
    if path.exists():
        return
    unfinished = path.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(secrets.token_urlsafe(50) + "\n")
    unfinished.replace(path)


def load_code() -> None:
    """Import what web server and worker need, before they part: what is read stays shared."""
    # Settings take this folder for the sign that static files are collected.
    Path(os.environ["STATIC_ROOT"]).mkdir(parents=True, exist_ok=True)
    django.setup()
    from celery.apps import worker  # noqa: F401
    from gunicorn import arbiter  # noqa: F401
    from gunicorn.workers import gthread  # noqa: F401

    from config import urls  # noqa: F401

    gc.freeze()


# --- The three processes -------------------------------------------------------------------------
def prepare() -> None:
    """Bring database and static files up to date, fill an empty database, say where things are."""
    from accounts.models import Business

    print("Preparing the database …", flush=True)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if not Business.objects.exists() and wants_demo():
            with Path(os.devnull).open("w") as nowhere:
                call_command("seed_demo", stdout=nowhere)
    except (CommandError, DatabaseError, ImproperlyConfigured) as error:
        sys.exit(f"The database could not be prepared: {error}")
    print(welcome(), flush=True)


def wants_demo() -> bool:
    """Whether an empty database gets the demo: unless the argument or DEMO says no."""
    said = os.environ.get("DEMO", "").lower()
    return "--no-demo" not in sys.argv and said not in {"no", "false", "off", "0", "none"}


def welcome() -> str:
    """Where the pages are, how to sign in, and where the mails go."""
    from django.conf import settings

    from accounts.models import Business, User
    from booking import demo
    from booking.links import absolute, booking_url

    lines = ["", "Openslot runs. Stop it with Ctrl-C.", ""]
    slugs = Business.objects.values_list("slug", flat=True)[:5]
    lines += [f"  Booking page   {booking_url(slug)}" for slug in slugs]
    if not slugs:
        lines.append(
            f"  First          {absolute('/admin/setup/')} (makes you, your business and its link)"
        )
    lines.append(f"  Staff          {absolute('/admin/')}")
    owner = User.objects.filter(email=demo.OWNER_EMAIL).first()
    if owner and owner.check_password(demo.password()):
        lines.append(f"                 sign in as {demo.OWNER_EMAIL} with {demo.password()}")
    if settings.EMAIL_BACKEND.startswith("notifications."):
        lines.append(f"  Mails          {settings.EMAIL_FILE_PATH} (one file each)")
    lines.append(f"  Data           {settings.DATA_DIR}")
    lines.append(f"  Commands       {said_again()}python3 manage.py doctor")
    return "\n".join([*lines, ""])


def said_again() -> str:
    """What a command has to be told as well, to mean this installation and no other."""
    usual = {"DATA_DIR": str(BASE_DIR / "var"), "PORT": "8000"}
    given = {name: os.environ[name] for name, value in usual.items() if os.environ[name] != value}
    return "".join(f"{name}={value} " for name, value in given.items())


def serve(listener: socket.socket) -> None:
    """Answer requests: one process, four threads.

    Python computes in one of them at a time. With more of them those that wait for their turn to
    book wait longer, and those that only read overtake them: at eight visitors the p95 of a
    booking was half as long again with eight threads (`python -m benchmarks.embedded`).
    """
    from gunicorn.app.base import BaseApplication

    options = {
        "bind": f"fd://{listener.detach()}",
        "worker_class": "gthread",
        "threads": 4,
        "preload_app": True,
        "graceful_timeout": 5,
        "control_socket_disable": True,
        "loglevel": os.environ["LOG_LEVEL"].lower(),
    }

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return get_wsgi_application()

    Server().run()


def work() -> None:
    """Run tasks one after another, with the schedule in a thread: a process more costs 40 MB."""
    from celery.signals import worker_ready

    from config import celery_app

    # Celery warns of root because of pickle; our queue carries JSON only.
    warnings.filterwarnings("ignore", module="celery.platforms")
    worker_ready.connect(start_schedule)
    celery_app.conf.worker_enable_remote_control = False
    celery_app.conf.beat_enable_remote_control = False
    worker = celery_app.Worker(
        pool="solo",
        concurrency=1,
        loglevel=os.environ["LOG_LEVEL"],
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


def start_schedule(**signal_details: Any) -> None:
    threading.Thread(target=keep_schedule, daemon=True).start()


def keep_schedule() -> None:
    """Send what the schedule asks for. A worker without it would look alive, so it ends too."""
    from celery.beat import Service
    from django.conf import settings

    from config import celery_app

    path = settings.DATA_DIR / "queue" / "schedule"
    try:
        Service(celery_app, schedule_filename=str(path)).start()
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
