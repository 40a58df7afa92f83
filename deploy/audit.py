"""Ask whether a package that we ship is known to be vulnerable: `python -m deploy.audit`.

pip-audit finds "no known vulnerabilities" also where its service cannot be reached, so it first
has to find those of a version that is known to be bad.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

KNOWN_BAD = "jinja2==2.4.1"
AUDIT = [sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off"]


def finds_known_bad() -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(KNOWN_BAD + "\n")
        requirements.flush()
        command = [*AUDIT, "--no-deps", "-r", requirements.name]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return told.returncode == 1 and "jinja2" in told.stdout.lower()


def main() -> int:
    if not finds_known_bad():
        print("dependency audit: not checked (service unreachable)")
        return 0
    shipped = Path("requirements/production.txt")
    command = [*AUDIT, "--require-hashes", "-r", str(shipped)]
    return subprocess.run(command, check=False, timeout=600).returncode


if __name__ == "__main__":
    sys.exit(main())
