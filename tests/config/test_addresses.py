from ipaddress import ip_network
from typing import Any

import pytest
from django.test import RequestFactory

from config.core.addresses import client_address, client_network


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # A stranger may write what they like: the peer counts.
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("203.0.113.7", "127.0.0.1", "203.0.113.7"),
        # One proxy of ours: what it has seen, not what was there before.
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        # Two of ours, one behind the other.
        ("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7"),
        # A proxy that sends nothing, or nonsense, is itself the client.
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "<script>, 203.0.113.7", "203.0.113.7"),
        # Ports and brackets, as some proxies write them.
        ("127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        # A Unix socket has no peer, and only somebody on this machine opens it.
        ("", "203.0.113.7", "203.0.113.7"),
        ("", "", "127.0.0.1"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(
    settings: Any, peer: str, forwarded: str, client: str
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)
    assert client_address(request) == client


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")],
)
def test_one_client_is_one_ipv4_address_or_one_network_of_ipv6(address: str, network: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network
