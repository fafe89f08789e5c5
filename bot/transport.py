"""The wire to the Bot API: PTB's requests over aiohttp, which costs a third of its default client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from gym.chats.intake import read_each

CONNECT_SECONDS = 10.0
UPLOAD_SECONDS = 60.0
MOST_BYTES = 32 * 1024 * 1024
"""Of one answer; a file that a bot may download has at most 20 MB. What follows is not read."""


class UnreadableAnswer(TelegramError):
    """An answer that is no JSON object; `body` is what came."""

    def __init__(self, body: bytes) -> None:
        super().__init__("Invalid server response")
        self.body = body


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
                return response.status, await _read(response.content)
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Raises `UnreadableAnswer`. PTB's own lets a RecursionError through and logs what it cannot read."""
        try:
            value: Any = json.loads(payload.decode(errors="replace"))
        except (ValueError, RecursionError):
            raise UnreadableAnswer(payload) from None
        if not isinstance(value, dict):
            raise UnreadableAnswer(payload)
        return value


class UpdatesRequest(AiohttpRequest):
    """For getUpdates: an update that cannot be parsed does not take the others of its answer with it."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Raises `UnreadableAnswer` when no update is complete."""
        try:
            return AiohttpRequest.parse_json_payload(payload)
        except UnreadableAnswer:
            updates = read_each(payload)
            if not updates:
                raise
            return {"ok": True, "result": updates}


async def _read(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            break
    return bytes(body[:MOST_BYTES])


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
