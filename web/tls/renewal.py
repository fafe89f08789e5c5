"""Renewal of the gym's own certificate, signed by the authority that tablets trust; no restart is needed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from gym.core.config import Config, ConfigError
from gym.security.tls.certificate_folder import CertificateFolder
from web.http.keys import GYM, SECURE, Secure

log = structlog.get_logger()
EVERY: Final = 24 * 60 * 60.0
"""Seconds between two looks."""


def renew(config: Config, now: datetime) -> bool:
    """Renew a certificate that ends soon, or lacks an address that this machine has got since. Writes files
    only."""
    folder = CertificateFolder(config.powergym_home)
    if config.web_tls_cert is not None or config.port is not None or not folder.server.exists():
        return False
    try:
        renewed = folder.renew(config.gym_name, now)
    except ConfigError as fault:
        log.warning("certificate_not_renewed", reason=str(fault))
        return False
    if renewed:
        log.info("certificate_renewed")
    return renewed


async def look(config: Config, secure: Secure, now: datetime) -> None:
    """Load the certificate that is there, whichever process made it; new connections are shown it."""
    await asyncio.to_thread(renew, config, now)
    if secure.context is not None:
        await asyncio.to_thread(_show, CertificateFolder(config.powergym_home), secure, secure.context)


def _show(folder: CertificateFolder, secure: Secure, context: ssl.SSLContext) -> None:
    try:
        context.load_cert_chain(folder.server)
        secure.names = tuple(folder.standing().names)
    except (OSError, ssl.SSLError, ConfigError) as fault:
        log.warning("certificate_not_shown", reason=str(fault))


async def renewal(app: web.Application) -> AsyncGenerator[None]:
    """Renew and load every day while the server is open."""
    watch = asyncio.create_task(_watch(app), name="renewal")
    yield
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch


async def _watch(app: web.Application) -> None:
    gym = app[GYM]
    while True:
        await asyncio.sleep(EVERY)
        await look(gym.config, app[SECURE], gym.clock.now())
