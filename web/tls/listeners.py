"""HTTPS listeners: with the certificate of the settings, or the gym's own on a port beside the plain one."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from gym.core.config import Config, ConfigError
from gym.security.tls.certificate_folder import CertificateFolder, CertificateStatus
from web.http.keys import SECURE
from web.http.serving import Site
from web.tls.renewal import renew

log = structlog.get_logger()
EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104


@dataclass(frozen=True, slots=True)
class TlsListeners:
    """The addresses of this server, and the one where tablets find it by the gym's own certificate."""

    url: str
    tablets_url: str | None = None


def tls_context(config: Config) -> ssl.SSLContext | None:
    """The TLS context of the settings, or None for plain HTTP. Raises `ConfigError`."""
    if config.web_tls_cert is None:
        return None
    return _context(config.web_tls_cert, config.web_tls_key)


async def listen(runner: web.AppRunner, config: Config) -> TlsListeners:
    """Open the ports. Raises `ConfigError` with the name of the setting that is in the way.

    A certificate of the gym's own needs no setting: the network is served by https beside the plain port,
    except where a platform gives the port. It is renewed first where it ends soon.
    """
    await asyncio.to_thread(renew, config, datetime.now(UTC))
    tls, (host, port) = tls_context(config), config.bind
    standing, secure = CertificateStatus.of(config), runner.app[SECURE]
    if standing is not None:
        _speak_of_its_end(standing)
        secure.names = tuple(standing.names)
    bound = await _open(runner, (host, port), tls, "PORT" if config.port else "WEB_PORT")
    shown = "127.0.0.1" if host in (EVERY_ADDRESS, "") else host
    own = CertificateFolder(config.powergym_home).server
    if tls is None and config.port is None and own.exists():
        place = (EVERY_ADDRESS, config.web_https_port)
        secure.context = _context(own)
        secure.port = await _open(runner, place, secure.context, "WEB_HTTPS_PORT")
    return TlsListeners(f"{'https' if tls else 'http'}://{shown}:{bound}", secure.address())


def _context(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"WEB_TLS_CERT: {certificate} cannot be used ({error})") from None
    return context


async def _open(
    runner: web.AppRunner, place: tuple[str, int], tls: ssl.SSLContext | None, setting: str
) -> int:
    """Open a port and return it; 0 lets the system choose one."""
    before = len(runner.addresses)
    try:
        await Site(runner, *place, ssl_context=tls).start()
    except OSError as error:
        reason = f"cannot listen on {place[0]}:{place[1]} ({error.strerror})"
        raise ConfigError(f"{setting}: {reason}") from None
    return int(runner.addresses[before][1])


def _speak_of_its_end(standing: CertificateStatus) -> None:
    now = datetime.now(UTC)
    if not standing.ends_soon(now):
        return
    say = log.error if standing.is_over(now) else log.warning
    say("certificate_ends", ends=standing.ends.isoformat(), advice=standing.advice)
