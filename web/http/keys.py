"""Typed keys under which the application and its requests keep things."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from gym.app import Gym


@dataclass(slots=True)
class Secure:
    """Where this server can be reached by https; known once its ports are open."""

    names: tuple[str, ...] = ()
    port: int | None = None
    context: ssl.SSLContext | None = None
    """Of that port: what it is given is shown to whoever connects next."""

    def address(self, asked: str = "") -> str | None:
        """By the name that was asked for, if the certificate has it, else by one that every tablet finds."""
        if self.port is None or not self.names:
            return None
        name = asked if asked in self.names else next(filter(_is_of_a_network, self.names), self.names[0])
        return f"https://{name}:{self.port}"


def _is_of_a_network(name: str) -> bool:
    """An address of the gym's network: a tablet finds it even where it knows no names."""
    try:
        return not ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


GYM: web.AppKey[Gym] = web.AppKey("gym", Gym)
BOT_READY: web.AppKey[Callable[[], bool]] = web.AppKey("bot_ready")
SECURE: web.AppKey[Secure] = web.AppKey("secure", Secure)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
