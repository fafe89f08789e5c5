"""The API behind its own HTTP server, as a gym runs it, in the test's event loop."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from web.http.connections import Deadlines
from web.http.serving import HttpRunner


class OwnServer(TestServer):
    """`TestServer` with the runner of `python -m web`."""

    def __init__(self, app: web.Application, deadlines: Deadlines | None = None) -> None:
        super().__init__(app)
        self._deadlines = deadlines

    async def _make_runner(self, **_: Any) -> HttpRunner:
        return HttpRunner(self.app, deadlines=self._deadlines)
