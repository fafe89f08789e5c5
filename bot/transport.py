"""The wire to the Bot API: PTB's requests over aiohttp, which costs a third of its default client."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

CONNECT_SECONDS = 10.0
UPLOAD_SECONDS = 60.0


_written: ContextVar[asyncio.Event | None] = ContextVar("written", default=None)


@contextmanager
def watching_the_wire() -> Generator[asyncio.Event]:
    """The event is set when a request that began in this block is on its way."""
    event = asyncio.Event()
    token = _written.set(event)
    try:
        yield event
    finally:
        _written.reset(token)


async def _tell_watcher(*_: object) -> None:
    """aiohttp calls this in the very step in which it writes the body."""
    event = _written.get()
    if event is not None:
        event.set()


class AiohttpRequest(BaseRequest):
    """One pool of connections; `read_seconds` is how long an answer may take."""

    def __init__(self, connections: int, read_seconds: float) -> None:
        self._connections = connections
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_seconds

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=55)
            trace = aiohttp.TraceConfig()
            trace.on_request_chunk_sent.append(_tell_watcher)
            self._session = aiohttp.ClientSession(
                connector=connector,
                trust_env=True,
                headers={"User-Agent": self.USER_AGENT},
                trace_configs=[trace],
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises `TimedOut`, `NetworkError`; they do not tell the address with the token."""
        if self._session is None:
            raise RuntimeError("the connection to Telegram is not open")
        seconds = self._read_seconds if isinstance(read_timeout, DefaultValue) else read_timeout
        if request_data is not None and request_data.contains_files:
            seconds = max(seconds or 0, UPLOAD_SECONDS)
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.request(
                method, URL(url, encoded=True), data=_body(request_data), timeout=timeout
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None


def _body(data: RequestData | None) -> aiohttp.FormData | None:
    """The parameters as a form; files make it multipart."""
    if data is None:
        return None
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    if data.contains_files:
        for name, (filename, content, kind) in data.multipart_data.items():
            form.add_field(name, content, filename=filename, content_type=kind)
    return form
