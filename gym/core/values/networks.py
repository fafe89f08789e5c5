"""Types of IP networks: allow-lists and trusted proxies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

Network = IPv4Network | IPv6Network
MOST_TRUSTED = 1 / 64
"""Of all addresses: all private networks together are 1/100 (IPv4) and 1/128 (IPv6, fc00::/7)."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Holds an address when one of the networks does."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """`10.0.0.7`, `10.0.0.0/8`, `fd00::/8`. Raises ValueError with the entry that is none of these."""
        return cls(tuple(_network(text) for text in texts))

    def __contains__(self, address: object) -> bool:
        """Of an address as text; what is none, such as a socket's path, is in no network."""
        try:
            found = ip_address(str(address))
        except ValueError:
            return False
        # A server that listens on both families names IPv4 peers ::ffff:10.0.0.7.
        mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
        return any(_holds(network, mapped or found) for network in self.networks)

    def __iter__(self) -> Iterator[Network]:
        return iter(self.networks)

    def __bool__(self) -> bool:
        return bool(self.networks)


def _holds(network: Network, address: IPv4Address | IPv6Address) -> bool:
    return network.version == address.version and address in network


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        example = "an address such as 10.0.0.7 or a network such as 10.0.0.0/8"
        raise ValueError(f"{text[:60]!a} is not {example}") from None


def _parse(value: Any) -> Any:
    if isinstance(value, str):
        value = tuple(part.strip() for part in value.split(",") if part.strip())
    return Networks.of(value) if isinstance(value, tuple | list) else value


def _share(value: Networks, bits: int) -> float:
    """What part of all addresses of that length the list holds, however it is cut into pieces."""
    return sum(2.0**-network.prefixlen for network in value if network.max_prefixlen == bits)


def _not_everybody(value: Networks) -> Networks:
    """Trusting every address lets any caller say where it comes from, past all limits."""
    if any(_share(value, bits) >= MOST_TRUSTED for bits in (32, 128)):
        raise ValueError("names so many addresses that callers are among them; name the proxies' own")
    return value


NetworkList = Annotated[Networks, NoDecode, BeforeValidator(_parse)]
"""A comma-separated list of addresses and networks."""
ProxyList = Annotated[NetworkList, AfterValidator(_not_everybody)]
"""The same, but never the internet."""
