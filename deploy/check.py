"""The developer's loop: `python -m deploy.check`; with `static`, everything but the tests."""

import subprocess
import sys
import time
from pathlib import Path

# Sets a complete environment, so that settings can be read without an installation.
import tests.environment  # noqa: F401
from deploy.test import ORDINARY

BIN = Path(sys.executable).parent
STATIC = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "templates": ["djlint", "--lint", "--quiet", "."],
    "types": ["mypy", "."],
    "imports": ["lint-imports"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
}
# What goes through many cases at length is left to `make test`.
QUICK = f"{ORDINARY} and not generated"
TESTS = {"tests": ["python", "-m", "pytest", "-q", "-n", "2", "-m", QUICK]}


def main(arguments: list[str]) -> int:
    checks = STATIC if arguments == ["static"] else STATIC | TESTS
    failed = [name for name, command in checks.items() if not passes(name, command)]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks pass.")
    return int(bool(failed))


def passes(name: str, command: list[str]) -> bool:
    print(f"=== {name}", flush=True)
    started = time.monotonic()
    program, *arguments = command
    code = subprocess.run([str(BIN / program), *arguments], check=False).returncode
    print(f"    {'failed' if code else 'ok'}, {time.monotonic() - started:.0f} s", flush=True)
    return code == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
