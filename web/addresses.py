"""Where a request really comes from: forwarded addresses are believed only from trusted proxies."""

from __future__ import annotations

import ipaddress
from typing import Final

from aiohttp import web

from gym.core.config import Config
from gym.core.errors import Forbidden
from gym.core.language import N_
from web.keys import GYM

FORWARDED: Final = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")


class HttpsRequired(Forbidden):
    """REQUIRE_HTTPS, and this came in plain from outside."""

    code = "https_required"
    message = N_("This gym answers over https only. Open the address that begins with https.")


def client_address(request: web.Request) -> str:
    """The nearest address that is no trusted proxy."""
    config = request.app[GYM].config
    # Every line of it: some proxies add one of their own below what the caller wrote.
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
    """From this machine, and not handed on by a proxy on it."""
    return is_loopback(request.remote or "") and not any(name in request.headers for name in FORWARDED)


def require_https(request: web.Request) -> None:
    """Raises `HttpsRequired` when the settings ask for it."""
    config = request.app[GYM].config
    if config.require_https and not is_from_here(request) and not _is_secure(request, config):
        raise HttpsRequired


def _is_secure(request: web.Request, config: Config) -> bool:
    if request.remote in config.trusted_proxies:
        said = request.headers.getall("X-Forwarded-Proto", ("",))
        return said[-1].lower() == "https"
    return request.transport is not None and request.transport.get_extra_info("sslcontext") is not None
