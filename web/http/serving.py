"""The runner and the sites of the HTTP server."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.web_runner import BaseSite

from gym.core.runtime.file_descriptors import raise_limit
from web.http.connections import Deadlines, HttpServer
from web.http.keys import GYM

RESERVED = 256
"""Descriptors kept free for the database, files, the model's weights and Telegram."""
HANDSHAKE = 10.0
"""Seconds for a TLS handshake (asyncio waits for 60)."""


class HttpRunner(web.AppRunner):
    """Serves an application with deadlines and caps; raises the limit of descriptors first."""

    def __init__(self, app: web.Application, *, deadlines: Deadlines | None = None, **options: Any) -> None:
        super().__init__(app, **options)
        self._deadlines = deadlines

    async def _make_server(self) -> web.Server:
        made, config = await super()._make_server(), self.app[GYM].config
        deadlines = self._deadlines or Deadlines(all=max(64, raise_limit() - RESERVED))
        return HttpServer(
            made,
            deadlines,
            uncounted=config.trusted_proxies,
            loop=asyncio.get_running_loop(),
            access_log=None,
            keepalive_timeout=deadlines.idle,
        )


class Site(web.TCPSite):
    """A port whose TLS handshakes have a deadline."""

    async def start(self) -> None:
        await BaseSite.start(self)
        server, tls = self._runner.server, self._ssl_context
        assert server is not None
        self._server = await asyncio.get_running_loop().create_server(
            server,  # pyright: ignore[reportArgumentType]
            self._host,
            self._port,
            ssl=tls,
            backlog=self._backlog,
            reuse_address=self._reuse_address,
            reuse_port=self._reuse_port,
            ssl_handshake_timeout=HANDSHAKE if tls else None,
        )
