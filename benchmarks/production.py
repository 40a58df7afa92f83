"""The web server as production runs it, on databases of its own, for as long as it is measured."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.installation import ROOT, wait_until_ready
from tests.servers import free_port


@dataclass(frozen=True)
class Site:
    """A migrated database and a folder for the rest; the server runs while `serving`."""

    folder: Path
    environment: dict[str, str]

    @property
    def port(self) -> int:
        return int(self.environment["PORT"])

    @property
    def is_sqlite(self) -> bool:
        return self.environment["DATABASE_URL"].startswith("sqlite")

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def run(self, module: str, *arguments: str, given: object = None) -> Any:
        """What the module prints, as JSON, in a process of its own with this environment."""
        told = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            text=True,
            input=json.dumps(given),
            stdout=subprocess.PIPE,
        )
        return json.loads(told.stdout)

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments, "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Gunicorn as deploy/gunicorn.py has it; on SQLite one process, as in `make run`."""
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py"]
        command += ["--workers", "1", "--threads", "4"] if self.is_sqlite else []
        with self.log.open("w") as log:
            server = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)
        try:
            wait_until_ready(self.port, server)
            yield
        finally:
            server.terminate()
            server.wait(timeout=40)


def make_site(folder: Path, *, database_url: str, redis_url: str = "") -> Site:
    """Nothing but its limits for visitors differs from production."""
    folder.joinpath("static").mkdir(parents=True)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    port = free_port()
    site = Site(
        folder,
        kept
        | {
            "ENV_FILE": os.devnull,
            "SECRET_KEY": "benchmarks-only-" + "k" * 50,
            "PORT": str(port),
            "BASE_URL": f"http://localhost:{port}",
            "DATA_DIR": str(folder / "data"),
            "STATIC_ROOT": str(folder / "static"),
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'db.sqlite3'}",
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "RATE_LIMITS": "off",
        },
    )
    site.manage("migrate", "--noinput")
    site.manage("collectstatic", "--noinput")
    return site
