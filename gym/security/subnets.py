"""Client addresses reduced to what one subscriber holds: an IPv4 address, or an IPv6 /64."""

from __future__ import annotations

import ipaddress
from typing import Final

MOST_LETTERS: Final = 64
"""Of what a proxy wrote in place of an address."""


def neighbourhood(address: str) -> str:
    """The name under which an address is counted: a subscriber has a whole /64 of IPv6 to choose from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:MOST_LETTERS]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
