import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if not _is_text(environ.get("CONTENT_TYPE", "")):
        # Django takes any codec of Python's for a charset, and fails with one such as "zip" before
        # anything of ours could answer.
        environ["CONTENT_TYPE"] = environ["CONTENT_TYPE"].partition(";")[0]
    return _django(environ, start_response)


def _is_text(content_type: str) -> bool:
    """Whether the charset that a body claims to have, if any, is one of text."""
    _, parameters = parse_header_parameters(content_type)
    try:
        "".encode(parameters.get("charset", "utf-8"))
    except (LookupError, ValueError):
        return False
    return True
