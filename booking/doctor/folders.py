"""Whether the data folder can be written to, lies on a disk of this machine, and has space."""

import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

from booking.doctor.findings import Findings, ok, problem, warning

MOUNTS = Path("/proc/mounts")
# Files that several machines may write: locks and shared memory do not reach across them, and
# SQLite's write-ahead log "does not work over a network filesystem" (sqlite.org/wal.html).
NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "ocfs2"),
        *("9p", "virtiofs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs"),
        *("fuse.rclone", "fuse.davfs", "davfs", "fuse.gcsfuse"),
    }
)
WARN_FREE, NEED_FREE = 2 * 1024**3, 300 * 1024**2
_SECOND_PROCESS = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    sys.exit(3 if "locked" in str(error) else str(error))
"""


def look_at_data() -> Findings:
    folder = settings.DATA_DIR
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix="doctor-") as file:
            file.write(b"doctor")
    except OSError as error:
        yield problem(
            f"The data folder {folder} cannot be written to: {error.strerror}.",
            f"Make it and give it to the user that runs Openslot: chown -R $(id -u) {folder}",
        )
    else:
        yield ok(f"The data folder {folder} can be written to.")
    if folder.exists() and folder.stat().st_mode & 0o007:
        yield warning(f"Everyone on this machine can look into {folder}.", f"chmod o= {folder}")


def look_at_disk() -> Findings:
    """Only for SQLite: nothing else in the data folder needs locks."""
    if connection.vendor != "sqlite":
        return
    folder = Path(str(connection.settings_dict["NAME"])).resolve().parent
    kind = file_system(folder)
    if kind in NETWORK:
        yield problem(
            f"The database lies on a network file system ({kind}), where SQLite loses data.",
            "Move DATA_DIR to a disk of this machine, or use PostgreSQL: DATABASE_URL=postgres://…",
        )
    elif locks_hold(folder):
        yield ok(f"Locks hold on the database's disk ({kind or 'of an unknown kind'}).")
    else:
        yield problem(
            f"Locks do not hold on the database's disk ({kind}): two processes may write at once.",
            "Move DATA_DIR to another disk of this machine.",
        )


def look_at_space() -> Findings:
    free = shutil.disk_usage(settings.DATA_DIR).free
    text = f"{free / 1024**3:.1f} GB are free in {settings.DATA_DIR}."
    fix = f"Make space on that disk: du -xh {settings.DATA_DIR} | sort -h | tail"
    if free < NEED_FREE:
        yield problem(text, fix)
    elif free < WARN_FREE:
        yield warning(text, fix)
    else:
        yield ok(text)


def file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on, as mount names it; "" if nobody knows."""
    try:
        mounts = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    kinds = {Path(_unescaped(point)): kind for point, kind in mounts}
    return next((kinds[path] for path in (folder, *folder.parents) if path in kinds), "")


def locks_hold(folder: Path) -> bool:
    """Whether a second process is kept out while this one writes, in a database made for it."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="doctor-") as name:
        path = f"{name}/locks.sqlite3"
        with closing(sqlite3.connect(path, isolation_level=None)) as first:
            first.execute("PRAGMA journal_mode=WAL")
            first.execute("CREATE TABLE kept (number)")
            first.execute("BEGIN IMMEDIATE")
            kept_out = _second_process(path) != 0
            first.execute("COMMIT")
            return kept_out and _second_process(path) == 0


def _second_process(path: str) -> int:
    command = [sys.executable, "-c", _SECOND_PROCESS, path]
    return subprocess.run(command, check=False, timeout=20, capture_output=True).returncode  # noqa: S603


def _unescaped(point: str) -> str:
    """A mount point's name; /proc/mounts writes spaces and the like as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)
