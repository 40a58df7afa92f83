#!/usr/bin/env python
import os
import sys
from pathlib import Path

VENV = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        if not VENV.exists():
            sys.exit("Openslot's packages are not installed: run make setup first.")
        # Whichever Python was named, the one that has the packages goes on.
        os.execv(VENV, [str(VENV), *sys.argv])  # noqa: S606
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
