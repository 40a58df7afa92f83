"""Who is asking: the client's address, believed only as far as the proxies in between are ours."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def client_address(request: HttpRequest) -> str:
    """The peer's address or, behind trusted proxies, the one that the outermost of them saw.

    `X-Forwarded-For` is read from its end, and only while what added the entry is named in
    TRUSTED_PROXIES: everything before that was written by the client. This machine's own address
    when nothing is known.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    address = _read(request.META.get("REMOTE_ADDR", ""))
    while forwarded and _is_trusted(address) and (before := _read(forwarded.pop())):
        address = before
    return address or "127.0.0.1"


def client_network(request: HttpRequest) -> str:
    """What one client cannot leave at will: its IPv4 address, or its /64 of IPv6 (RFC 6177)."""
    address = client_address(request)
    return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address


def client_digest(request: HttpRequest) -> str:
    """Tells one client's requests from another's, without keeping the address."""
    return salted_hmac("config.core.addresses", client_network(request)).hexdigest()


def _is_trusted(address: str) -> bool:
    # A server that listens on a Unix socket has no address for whoever may open it.
    if not address:
        return True
    return any(ip_address(address) in network for network in settings.TRUSTED_PROXIES)


def _read(text: str) -> str:
    """An address in its one form, without port and brackets; "" for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
