"""HTTP transport to the Bot API: PTB's requests over aiohttp, which costs a third of its default client."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from gym.chats.intake import read_each

CONNECT_SECONDS = 10.0
UPLOAD_SECONDS = 60.0
SAID_NO = re.compile(rb'\s*\{\s*"ok"\s*:\s*false\b')
"""The Bot API's answer to a call that it did not carry out."""
_ERROR_CODE = re.compile(rb'"error_code"\s*:\s*([45]\d\d)\b')
MOST_BYTES = 32 * 1024 * 1024
"""Of one answer; a file that a bot may download has at most 20 MB. What follows is not read."""


class UnreadableAnswer(TelegramError):
    """An answer that is no JSON object; `body` is what came."""

    def __init__(self, body: bytes) -> None:
        super().__init__("Invalid server response")
        self.body = body


@dataclass(slots=True)
class Exchange:
    """One call as the wire saw it, its last attempt."""

    on_its_way: asyncio.Event
    """Set when the first bytes of the body are written."""
    unwritten: int | None = None
    """Bytes of the body that are still to write; None while nothing was written."""
    status: int | None = None
    answer: bytes = b""

    @property
    def is_written(self) -> bool:
        """The whole request has left: the other side may have acted on it."""
        return self.unwritten is not None and self.unwritten <= 0

    def begin(self) -> None:
        """A new attempt."""
        self.unwritten, self.status, self.answer = None, None, b""


_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def watching_the_wire(on_its_way: asyncio.Event | None = None) -> Generator[Exchange]:
    """What the wire sees of the call that is made in this block."""
    exchange = Exchange(on_its_way or asyncio.Event())
    token = _exchange.set(exchange)
    try:
        yield exchange
    finally:
        _exchange.reset(token)


async def _note_length(_: object, __: object, sent: aiohttp.TraceRequestHeadersSentParams) -> None:
    exchange = _exchange.get()
    if exchange is not None:
        exchange.unwritten = int(sent.headers.get("Content-Length", 0))


async def _note_written(_: object, __: object, sent: aiohttp.TraceRequestChunkSentParams) -> None:
    """aiohttp calls this in the very step in which it writes a part of the body."""
    exchange = _exchange.get()
    if exchange is not None:
        exchange.unwritten = (exchange.unwritten or 0) - len(sent.chunk)
        exchange.on_its_way.set()


Note = Callable[[str, int | None], None]
"""Hears of every call: the method, and HTTP's status or None when nothing answered."""


class AiohttpRequest(BaseRequest):
    """One pool of connections; `read_seconds` is how long an answer may take."""

    def __init__(self, connections: int, read_seconds: float, note: Note | None = None) -> None:
        self._connections = connections
        self._read_seconds = read_seconds
        self._note = note
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_seconds

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=55)
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note_length)
            trace.on_request_chunk_sent.append(_note_written)
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
        exchange = _exchange.get() or Exchange(asyncio.Event())
        exchange.begin()
        try:
            # A redirect is nobody of Telegram's: followed, it would end in somebody's page and a 200.
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=_body(request_data),
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                exchange.status = response.status
                answer = await _read(response.content, exchange)
                status = exchange.status = _status(method, response.status, answer)
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None
        finally:
            if method == "POST" and self._note is not None:  # a GET fetches a file, and its path is no method
                self._note(url.rpartition("/")[2], exchange.status)
        return status, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Raises `UnreadableAnswer`. PTB's own lets a RecursionError through and logs what it cannot read."""
        try:
            value: Any = json.loads(payload.decode(errors="replace"))
        except (ValueError, RecursionError):
            raise UnreadableAnswer(payload) from None
        if not isinstance(value, dict) or (value.get("ok") and "result" not in value):
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


def _status(method: str, status: int, answer: bytes) -> int:
    """HTTP's status; a refusal in a 2xx counts as what it says it is."""
    if method != "POST" or not 200 <= status < 300 or not SAID_NO.match(answer):
        return status
    said = _ERROR_CODE.search(answer)
    return int(said[1]) if said else 400


async def _read(content: aiohttp.StreamReader, exchange: Exchange) -> bytes:
    """The answer; of one that is cut off, what came is left in the exchange."""
    body = bytearray()
    try:
        async for chunk in content.iter_any():
            body += chunk
            if len(body) > MOST_BYTES:
                break
    finally:
        exchange.answer = bytes(body[:MOST_BYTES])
    return exchange.answer


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
