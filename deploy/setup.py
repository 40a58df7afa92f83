"""Find a Python that can run Openslot and let it make `.venv`: `python3 deploy/setup.py base`.

This file alone is written for every Python since 2.7, so that an old one can say what is missing.
"""

from __future__ import print_function

import os
import subprocess
import sys

SUPPORTED = ("3.13", "3.12", "3.11")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INSTALL = os.path.join(ROOT, "deploy", "install.py")
PRINT_VERSION = "import sys; print('%d.%d.%d' % sys.version_info[:3])"


def version_of(python):
    # type: (str) -> str
    """What `python` says its version is, like "3.12.1"; "" when it does not run."""
    try:
        said = subprocess.check_output([python, "-c", PRINT_VERSION], stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.decode().strip()


def is_supported(version):
    # type: (str) -> bool
    return version.rpartition(".")[0] in SUPPORTED


def choose(candidates):
    # type: (list[str]) -> str | None
    """The first of the candidates that Openslot runs on, or None."""
    for python in candidates:
        if is_supported(version_of(python)):
            return python
    return None


def refusal(version):
    # type: (str) -> str
    return (
        "Openslot needs Python 3.11, 3.12 or 3.13; python3 here is %s."
        " Install one of them, or: make run PYTHON=python3.12" % version
    )


def main(arguments):
    # type: (list[str]) -> int
    candidates = [sys.executable] + ["python" + version for version in SUPPORTED]
    python = choose(candidates + [os.path.join(ROOT, ".venv", "bin", "python")])
    if python is None:
        print(refusal(version_of(sys.executable)), file=sys.stderr)
        return 1
    return subprocess.call([python, INSTALL] + arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
