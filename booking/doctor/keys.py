"""Whether secrets are secret."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from booking.doctor.addresses import is_loopback
from booking.doctor.findings import Finding, Findings, Level, ok, problem

# As Django's own check asks (security.W009).
MIN_LENGTH, MIN_DIFFERENT = 50, 5
_MAKE_ONE = 'python -c "import secrets; print(secrets.token_urlsafe(50))"'


def look() -> Findings:
    found = [*_key(), *_files(), *_debug()]
    yield from found or [ok("SECRET_KEY is long and readable by us alone; DEBUG is off.")]


def _key() -> Findings:
    key = settings.SECRET_KEY
    if len(key) < MIN_LENGTH or len(set(key)) < MIN_DIFFERENT:
        yield problem(
            "SECRET_KEY can be guessed.",
            f"Set another one: {_MAKE_ONE}; links in mails already sent end with it.",
        )


def _files() -> Findings:
    env_file = Path(os.environ.get("ENV_FILE") or settings.BASE_DIR / ".env")
    for path in (settings.DATA_DIR / "secret-key", env_file):
        if path.is_file() and path.stat().st_mode & 0o077:
            yield problem(f"Others on this machine can read {path}.", f"chmod 600 {path}")


def _debug() -> Findings:
    if not settings.DEBUG:
        return
    is_ours = is_loopback(urlsplit(settings.BASE_URL).hostname or "")
    level = Level.WARNING if is_ours else Level.PROBLEM
    yield Finding(level, "DEBUG is on: errors show settings to everyone.", "Set DEBUG=off")
