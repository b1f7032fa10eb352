"""How often an address may ask a page that is open to everybody, or a person one that asks by itself."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

READ_AND_ANSWER: Mapping[str, int] = {"GET": 120, "HEAD": 120, "POST": 12}  # Requests a minute from one address.


def is_too_often(request: HttpRequest, page: str, limits: Mapping[str, int] = READ_AND_ANSWER, *, who: str = "") -> bool:
    """Whether this address, or `who` in its place, has asked for this kind of page too often in this minute.

    A cache that is away stops nobody.
    """
    key = f"{page}:{'answer' if request.method == 'POST' else 'read'}:{who or _network(get_adapter().get_client_ip(request))}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > limits.get(request.method or "GET", 12)
    except (ValueError, TypeError):
        return False


def _network(address: str) -> str:
    """Of an IPv6 address the half that its holder cannot choose freely; any other as it is."""
    found = ip_address(address)
    if isinstance(found, IPv4Address) or found.ipv4_mapped:
        return address
    return str(ip_network((found, 64), strict=False))
