"""Make `.venv` and install one of `requirements/*.txt` into it: `python deploy/install.py base`.

Another folder can be named after it. What is installed is written down in `.venv/installed`.
Without that file the folder is the rest of an interrupted run and is made anew.
"""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class CannotInstall(Exception):
    """Says in one sentence why, and what to do."""


def install(name: str, venv: Path) -> None:
    """Bring `venv` up to `requirements/<name>.txt`; quick when it already is."""
    requirements = ROOT / "requirements" / f"{name}.txt"
    wanted = f"{name} {hashlib.sha256(requirements.read_bytes()).hexdigest()}"
    stamp = venv / "installed"
    if not _runs(venv / "bin" / "python") or not stamp.exists():
        _make_venv(venv)
        installed = []
    else:
        installed = stamp.read_text().splitlines()
    if wanted in installed:
        return
    stamp.unlink(missing_ok=True)
    print(f"Installing packages ({name}); the first time takes about a minute …", flush=True)
    _install_packages(requirements, venv)
    others = [line for line in installed if not line.startswith(f"{name} ")]
    stamp.write_text("\n".join([*others, wanted]) + "\n")


def _runs(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0


def _make_venv(venv: Path) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotInstall(
            f"Python {version} here lacks its venv module. On Debian and Ubuntu:"
            f" apt install python{version}-venv"
        )
    print(f"Making {venv.name} with Python {version} …", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise CannotInstall(f"{venv.name} could not be made: {_reason(made.stdout + made.stderr)}")


def _install_packages(requirements: Path, venv: Path) -> None:
    """With uv where it is (seconds), else, or when uv cannot, with pip (a minute)."""
    uv, python, log = shutil.which("uv"), str(venv / "bin" / "python"), venv / "install.log"
    if uv and _succeeds([uv, "pip", "install", "--python", python], requirements, log):
        return
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if not _succeeds([*pip, "--retries", "2"], requirements, log):
        raise CannotInstall(
            f"The packages could not be installed: {_reason(log.read_text())}."
            f" Check the network and try again; {log} has the details."
        )


def _succeeds(installer: list[str], requirements: Path, log: Path) -> bool:
    command = [*installer, "--require-hashes", "-r", str(requirements)]
    with log.open("w") as output:
        done = subprocess.run(command, stdout=output, stderr=output, check=False)
    return done.returncode == 0


def _reason(output: str) -> str:
    """The line of an installer's output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)error\b", line)]
    return (errors or lines or ["it said nothing"])[-1].rstrip(".")


if __name__ == "__main__":
    try:
        install(sys.argv[1], ROOT / (sys.argv[2] if sys.argv[2:] else ".venv"))
    except CannotInstall as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted. The next run starts over.")
