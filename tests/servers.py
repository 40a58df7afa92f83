"""Private PostgreSQL and Redis for one test run, stopped when the run ends, however it ends."""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

START_SECONDS = 30


def find(program: str) -> str | None:
    """The path of a program, also of PostgreSQL's where Debian keeps them. None if not here."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(program, path=os.pathsep.join([os.environ["PATH"], *map(str, debian)]))


def start_postgresql() -> str:
    """Start an empty server that forgets everything. Returns its DATABASE_URL."""
    server = PostgreSQL()
    server.start()
    return server.url


class PostgreSQL:
    """An empty server that forgets everything when this process ends, and can be stopped before."""

    def __init__(self) -> None:
        self._user = _unprivileged_user()
        self._folder = _temporary_folder("openslot-postgresql-")
        if self._user:
            shutil.chown(self._folder, self._user)
        self._port = free_port()
        self.url = f"postgres://openslot@127.0.0.1:{self._port}/postgres"
        self._run("initdb", "-U", "openslot", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = (
            f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
            " -c max_connections=200 -c fsync=off -c synchronous_commit=off"
            " -c full_page_writes=off"
        )
        atexit.register(self.stop)
        self._run("pg_ctl", "-l", self._folder / "log", "-o", options, "-w", "start")

    def stop(self) -> None:
        """As in a power failure."""
        atexit.unregister(self.stop)
        self._run("pg_ctl", "-m", "immediate", "stop")

    @property
    def pid(self) -> int:
        return int((self._folder / "data/postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [_program(program), "-D", self._folder / "data", *arguments]
        subprocess.run(
            command, user=self._user, cwd=self._folder, check=True, stdout=subprocess.DEVNULL
        )


def start_redis() -> str:
    """Start an empty server that keeps nothing on disk. Returns its REDIS_URL."""
    port = free_port()
    server = launch_redis(port)
    atexit.register(server.wait)
    atexit.register(server.terminate)
    return f"redis://127.0.0.1:{port}/0"


def launch_redis(port: int) -> subprocess.Popen[bytes]:
    """The running server, which the caller has to end."""
    folder = _temporary_folder("openslot-redis-")
    options = ("--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no")
    server = subprocess.Popen(
        [_program("redis-server"), "--port", str(port), *options], stdout=subprocess.DEVNULL
    )
    _wait_for(port)
    return server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _program(name: str) -> str:
    path = find(name)
    if path is None:
        raise SystemExit(f"{name} is not installed, or not on PATH.")
    return path


def _unprivileged_user() -> str | None:
    """Whom PostgreSQL may run as when we are root, which it refuses; None to stay who we are."""
    if os.geteuid() != 0:
        return None
    return "postgres" if "postgres" in {user.pw_name for user in pwd.getpwall()} else "nobody"


def _temporary_folder(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
