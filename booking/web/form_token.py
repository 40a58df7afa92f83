"""A signed token in every public form, instead of a cookie that other sites' frames may not set.

It is bound to what it serves, a business or a page of its own, and to its age, and is the
idempotency key of what the form sends.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

MAX_AGE_SECONDS = 12 * 3600
# Nobody reads and fills in a form in less; stamps are whole seconds, so this means one to two.
MIN_AGE_SECONDS = 2


def issue(scope: int | str) -> str:
    return _signer(scope).sign(secrets.token_urlsafe(16))


def read(scope: int | str, token: str) -> str | None:
    """The nonce inside a token that is ours, for this business or page, and not too old."""
    try:
        return _signer(scope).unsign(token, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        return None


def is_too_fresh(business_id: int, token: str) -> bool:
    """Whether the form came back sooner than a person could send it."""
    try:
        _signer(business_id).unsign(token, max_age=MIN_AGE_SECONDS)
    except signing.BadSignature:
        return False
    return bool(settings.RATE_LIMITS)


def same_origin(request: HttpRequest) -> bool:
    """Whether the form was sent by a page of ours. Browsers always say; others need not."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
    own = f"{request.scheme}://{request.get_host()}"
    return origin == own or origin in settings.CSRF_TRUSTED_ORIGINS


def _signer(scope: int | str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"booking.form.{scope}", sep=".")
