"""The address of a client: forwarded addresses are believed from trusted proxies only."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from aiohttp import HttpVersion11, web

from gym.core.config import Config
from gym.core.errors import Forbidden
from gym.core.language import N_
from gym.security.subnets import neighbourhood as neighbourhood
from web.http.keys import GYM

HANDED_ON: Final = (
    "forwarded",
    "via",
    "x-forwarded",
    "x-real-",
    "x-client-",
    "x-cluster-",
    "x-original-",
    "x-envoy-",
    "x-proxyuser-",
    "x-appengine-",
    "x-azure-",
    "true-client-",
    "client-ip",
    "cf-",
    "cdn-",
    "fastly-",
    "fly-",
    "tailscale-",
    "front-end-https",
)
"""Prefixes of the headers that proxies and tunnels add to what they forward."""
HOST: Final = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[0-9A-Za-z.-]+)(?::[0-9]{1,5})?")


class HttpsRequired(Forbidden):
    """REQUIRE_HTTPS is set, and this came from outside without TLS."""

    code = "https_required"
    message = N_("This gym answers over https only. Open the address that begins with https.")


def client_address(request: web.Request) -> str:
    """The nearest address that is no trusted proxy."""
    config = request.app[GYM].config
    # All lines of the header: some proxies add their own below what the caller wrote.
    lines = ",".join(request.headers.getall("X-Forwarded-For", ()))
    chain = [part.strip() for part in lines.split(",") if part.strip()]
    address = request.remote or ""
    while chain and address in config.trusted_proxies:
        address = chain.pop()
    return address


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_from_here(request: web.Request) -> bool:
    """Whether a request comes from this machine, for its own name, and through no proxy or tunnel on it.

    Everything that is trusted for coming from here asks this one function. A proxy that adds no header is
    told by the name: browsers and Prometheus ask for what was typed, so a page of another site (whose name
    was made to mean 127.0.0.1) and the gym's public name differ. HTTP/1.0 is spoken by proxies alone; nginx
    does by default, and asks for the name of its upstream. A whole address as the target (`GET
    http://gym.example/metrics`) is how proxies are asked, and outweighs Host (RFC 9112, section 3.2.2).
    """
    if not request.raw_path.startswith("/"):
        return False
    if request.version < HttpVersion11 or not is_loopback(request.remote or ""):
        return False
    return _asks_for_here(request) and not any(map(_is_handed_on, request.headers))


def _is_handed_on(header: str) -> bool:
    return header.lower().startswith(HANDED_ON)


def _asks_for_here(request: web.Request) -> bool:
    """Whether one Host header, as HTTP demands, names this machine; of two nobody knows which a proxy
    reads."""
    asked = request.headers.getall("Host", ())
    found = HOST.fullmatch(asked[0]) if len(asked) == 1 else None
    host = "" if found is None else found["name"].strip("[]").rstrip(".").lower()
    return host == "localhost" or is_loopback(host)


def require_https(request: web.Request) -> None:
    """Raises `HttpsRequired` when the settings require HTTPS."""
    config = request.app[GYM].config
    if config.require_https and not is_from_here(request) and not is_secure(request, config):
        raise HttpsRequired


def is_secure(request: web.Request, config: Config) -> bool:
    """Whether TLS was used up to here, or up to a trusted proxy."""
    if request.remote in config.trusted_proxies:
        said = request.headers.getall("X-Forwarded-Proto", ("",))
        return said[-1].lower() == "https"
    return request.transport is not None and request.transport.get_extra_info("sslcontext") is not None
