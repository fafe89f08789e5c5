"""Typed keys of the application and of its requests."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from gym.app import Gym


@dataclass(slots=True)
class Secure:
    """The HTTPS listener of this server; known once its ports are open."""

    names: tuple[str, ...] = ()
    port: int | None = None
    context: ssl.SSLContext | None = None
    """Its TLS context; a certificate loaded into it is shown from the next connection on."""

    def address(self, asked: str = "") -> str | None:
        """The address by the name that was asked for, if the certificate has it, else by one that every
        tablet finds."""
        if self.port is None or not self.names:
            return None
        name = asked if asked in self.names else next(filter(_is_of_a_network, self.names), self.names[0])
        return f"https://{name}:{self.port}"


def _is_of_a_network(name: str) -> bool:
    """Whether it is an address of the gym's network, which a tablet finds even without a name server."""
    try:
        return not ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


GYM: web.AppKey[Gym] = web.AppKey("gym", Gym)
BOT_READY: web.AppKey[Callable[[], bool]] = web.AppKey("bot_ready")
SECURE: web.AppKey[Secure] = web.AppKey("secure", Secure)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
