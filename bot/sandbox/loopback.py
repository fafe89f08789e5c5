"""Loopback checks: who may call the server, and where it may call itself."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_OWN_PAGES = ("", "same-origin", "none")
"""What a browser says of a request that our own page, or the person, began; other programs say nothing."""
_PAGE = "/"


def is_loopback(host: str) -> bool:
    """An address of this computer. `localhost` is the only name that is one (RFC 6761)."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_foreign(request: web.Request) -> bool:
    """Whether another site's page asks through the visitor's browser, whatever the method.

    Three ways are shut: a name rebound to this computer (Host), a page that posts (Origin), and a page that
    only links or embeds, whose GET carries no Origin (Sec-Fetch-Site; `same-site` is another port's page).
    """
    try:
        asked = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return True
    origin = request.headers.get("Origin")
    if not is_loopback(asked) or (origin is not None and origin != f"{request.scheme}://{request.host}"):
        return True
    return request.headers.get("Sec-Fetch-Site", "") not in _OWN_PAGES and not _is_visit(request)


def _is_visit(request: web.Request) -> bool:
    """A link from elsewhere that a person followed to the chat page itself; it can be in no frame."""
    how = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return request.method == "GET" and request.path == _PAGE and how == ("navigate", "document")


def loopback_url(text: str) -> URL | None:
    """An http(s) address of this computer, read as the client that calls it reads it; None for any other."""
    try:
        url = URL(text)
    except ValueError:
        return None
    fits = url.scheme in ("http", "https") and url.user is None and is_loopback(url.host or "")
    return url if fits else None


class LoopbackResolver(AbstractResolver):
    """Knows `localhost` without asking: a resolver could be made to answer with another computer."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises `OSError` for every other name."""
        if host != "localhost":
            raise OSError(None, f"{host} is not this computer")
        kinds = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
            for kind, address in kinds
            if family in (socket.AF_UNSPEC, kind)
        ]

    async def close(self) -> None:
        """Nothing is open."""
