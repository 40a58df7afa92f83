"""Signed links that stand for a client: who reads the client's mail is the client.

A token names a client, a purpose and its end, and is signed together with the client's address, so
that links which went to a former address open nothing. Nothing of it is stored, and a newer link
does not end an older one: all of them end soon, and no page that they open shows another.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.urls import reverse

from booking import links
from booking.models import Client
from config.core import clock

PAGE, KNOWN = "client", "known"
# The page is opened from a mail; from there, one books in one go.
VALID_HOURS = {PAGE: 24, KNOWN: 2}


def token_of(client: Client, purpose: str) -> str:
    ends_at = clock.now() + timedelta(hours=VALID_HOURS[purpose])
    return _signer(client, purpose).sign(f"{client.public_id.hex}.{int(ends_at.timestamp())}")


def client_of_token(token: str, purpose: str) -> Client | None:
    """The client that a token stands for, or None for one that is not ours.

    Raises `LinkExpired` for one that was.
    """
    try:
        public_id = UUID(token.partition(".")[0])
    except ValueError:
        return None
    client = Client.objects.select_related("business__settings").filter(public_id=public_id).first()
    if client is None:
        return None
    try:
        _, ends_at = _signer(client, purpose).unsign(token).split(".")
    except (signing.BadSignature, ValueError):
        return None
    if datetime.fromtimestamp(int(ends_at), UTC) <= clock.now():
        raise links.LinkExpired(client.business)
    return client


def known_client(token: str) -> Client | None:
    """Who books by a link from the client page; None for anything else, or one that is too old."""
    try:
        return client_of_token(token, KNOWN) if token else None
    except links.LinkExpired:
        return None


def client_url(client: Client, token: str) -> str:
    return links.absolute(reverse("booking:client", args=[token]))


def lost_url(client: Client) -> str:
    """Where a link of the same business is sent anew."""
    slug = client.business.slug
    return links.absolute(f"{reverse('booking:lost')}?{urlencode({'business': slug})}")


def _signer(client: Client, purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"booking.client.{purpose}.{client.email.lower()}", sep=".")
