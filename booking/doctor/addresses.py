"""Whether links in mails lead here, and only over what may carry them."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from booking.doctor.findings import Findings, ok, problem, warning

_LOCAL_ENDINGS = (".local", ".localhost", ".lan", ".internal", ".home.arpa", ".test")


def look() -> Findings:
    base = urlsplit(settings.BASE_URL)
    host = base.hostname or ""
    found = [*_reach(host), *_encryption(base.scheme, host), *_allowed(host)]
    yield from found or [ok(f"Links begin with {settings.BASE_URL}.")]


def is_loopback(host: str) -> bool:
    """Whether only the machine itself can mean itself by this name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def is_local(host: str) -> bool:
    """Whether the name means something only on this machine or in its own network."""
    address = _address(host)
    if address is not None:
        return address.is_private or address.is_loopback
    return "." not in host or host.endswith(_LOCAL_ENDINGS)


def _reach(host: str) -> Findings:
    if not is_loopback(host):
        return
    text = f"BASE_URL is {settings.BASE_URL}: its links open on this machine only."
    fix = "Set BASE_URL to the address that clients use, for example https://book.example.com"
    # Without a mail server nobody is sent such a link: a first look, not an installation.
    is_sent = settings.EMAIL_BACKEND.startswith("django.core.mail.backends.smtp")
    yield problem(text, fix) if is_sent else warning(text, fix)


def _encryption(scheme: str, host: str) -> Findings:
    if scheme == "http" and not is_local(host):
        yield problem(
            f"BASE_URL is {settings.BASE_URL}: passwords and clients' data travel unencrypted.",
            f"Put a proxy with a certificate in front, and set BASE_URL=https://{host}",
        )


def _allowed(host: str) -> Findings:
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield problem(
            f"Requests for {host}, the name in BASE_URL, are refused.",
            f"Add it: ALLOWED_HOSTS={','.join([host, *settings.ALLOWED_HOSTS])}",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield warning("Requests for any name are answered.", f"Set ALLOWED_HOSTS={host}")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
