"""Loopback checks: who may call the server, and which addresses it may call."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_OWN_PAGES = ("", "same-origin", "none")
"""Values of Sec-Fetch-Site for requests that our own page or the person began; other programs send none."""
_PAGE = "/"


def is_loopback(host: str) -> bool:
    """Whether an address is of this computer. `localhost` is the only name that is (RFC 6761)."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_foreign(request: web.Request) -> bool:
    """Whether a page of another site asks through a person's browser, whatever the method.

    Closed are a name rebound to this computer (Host), a page that posts (Origin), and a page that only links
    or embeds, whose GET has no Origin (Sec-Fetch-Site; `same-site` is another port's page).
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
    """Whether a person followed a link to the chat page itself, not inside of a frame."""
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
    """Resolves `localhost` without asking: a resolver could be made to answer with another computer."""

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
