"""The other Pythons that Openslot supports, where this machine has them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.setup import SUPPORTED, version_of

ROOT = Path(__file__).resolve().parent.parent


def other_versions() -> list[str]:
    """Every supported version but the one that runs this, like "3.12"."""
    running = ".".join(map(str, sys.version_info[:2]))
    return [version for version in sorted(SUPPORTED) if version != running]


def find(version: str) -> str | None:
    """A Python of that version, from PATH or from pyenv's folder."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = sorted(root.glob(f"versions/{version}.*/bin/python"), reverse=True)
    for python in filter(None, [shutil.which(f"python{version}"), *map(str, kept)]):
        # A program of pyenv's is on PATH for every version, and answers for the chosen one only.
        if version_of(python).startswith(f"{version}."):
            return python
    return None


def prepare(version: str, python: str) -> Path | None:
    """The interpreter of an environment with the development packages; None if none can be made."""
    venv = ROOT / f".venv-{version}"
    command = [python, "deploy/install.py", "development", venv.name]
    # uv, which is quick, lies beside the Python that runs this.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    made = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, check=False)
    return None if made.returncode else venv / "bin" / "python"
