"""HTTP transport to the Bot API: PTB's requests over aiohttp, at a third of its default client's cost."""

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
"""For name, connection and TLS; a network that needs longer is down."""
UPLOAD_SECONDS = 60.0
"""For the bytes of a file: a PDF or picture of some 100 kB over a bad line."""
SAID_NO = re.compile(rb'\s*\{\s*"ok"\s*:\s*false\b')
"""The beginning of the Bot API's answer to a call that it did not carry out."""
_ERROR_CODE = re.compile(rb'"error_code"\s*:\s*([45]\d\d)\b')
MOST_BYTES = 32 * 1024 * 1024
"""Of one answer; a file that a bot may download has at most 20 MB. The rest is not read."""


class UnreadableAnswer(TelegramError):
    """An answer that is no JSON object; `body` is what came."""

    def __init__(self, body: bytes) -> None:
        super().__init__("Invalid server response")
        self.body = body


@dataclass(slots=True)
class Exchange:
    """What the wire saw of one call's last attempt."""

    on_its_way: asyncio.Event
    """Set when the first bytes of the body are written."""
    unwritten: int | None = None
    """Bytes of the body that are still to be written; None while nothing was written."""
    status: int | None = None
    answer: bytes = b""

    @property
    def is_written(self) -> bool:
        """Whether the whole request was written: then the other side may have acted on it."""
        return self.unwritten is not None and self.unwritten <= 0

    def begin(self) -> None:
        """A new attempt."""
        self.unwritten, self.status, self.answer = None, None, b""


_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def watch_exchange(on_its_way: asyncio.Event | None = None) -> Generator[Exchange]:
    """The exchange of the call that is made in this block."""
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
    """Count written bytes: aiohttp calls this in the same step in which it writes a part of the body."""
    exchange = _exchange.get()
    if exchange is not None:
        exchange.unwritten = (exchange.unwritten or 0) - len(sent.chunk)
        exchange.on_its_way.set()


Note = Callable[[str, int | None], None]
"""Called for every call with the method, and HTTP's status or None when nothing answered."""


class AiohttpRequest(BaseRequest):
    """PTB's request over one pool of connections; `read_seconds` is how long an answer may take."""

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
        """One HTTP exchange: status and body. Raises `TimedOut`, `NetworkError`, neither with the address's
        token."""
        if self._session is None:
            raise RuntimeError("the connection to Telegram is not open")
        seconds = self._read_seconds if isinstance(read_timeout, DefaultValue) else read_timeout
        if request_data is not None and request_data.contains_files:
            seconds = max(seconds or 0, UPLOAD_SECONDS)
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        exchange = _exchange.get() or Exchange(asyncio.Event())
        exchange.begin()
        try:
            # Telegram never redirects: followed, it would end in a stranger's page and a 200.
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
            if method == "POST" and self._note is not None:  # a GET fetches a file, whose path is no method
                self._note(url.rpartition("/")[2], exchange.status)
        return status, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer. Raises `UnreadableAnswer`; PTB's own parser lets a RecursionError through and logs
        the text."""
        try:
            value: Any = json.loads(payload.decode(errors="replace"))
        except (ValueError, RecursionError):
            raise UnreadableAnswer(payload) from None
        if not isinstance(value, dict) or (value.get("ok") and "result" not in value):
            raise UnreadableAnswer(payload)
        return value


class UpdatesRequest(AiohttpRequest):
    """The request for getUpdates: one update that cannot be parsed does not cost the others of its answer."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse updates. Raises `UnreadableAnswer` when no update is complete."""
        try:
            return AiohttpRequest.parse_json_payload(payload)
        except UnreadableAnswer:
            updates = read_each(payload)
            if not updates:
                raise
            return {"ok": True, "result": updates}


def _status(method: str, status: int, answer: bytes) -> int:
    """The HTTP status; a refusal inside of a 2xx counts as what it says."""
    if method != "POST" or not 200 <= status < 300 or not SAID_NO.match(answer):
        return status
    said = _ERROR_CODE.search(answer)
    return int(said[1]) if said else 400


async def _read(content: aiohttp.StreamReader, exchange: Exchange) -> bytes:
    """Read the answer; of one that is cut off, what came is left in the exchange."""
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
    # Quoted, `Lucía 1.pdf` would arrive as `Luc%C3%ADa%201.pdf`: Telegram shows a file's name as it is sent.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    if data.contains_files:
        for name, (filename, content, kind) in data.multipart_data.items():
            form.add_field(name, content, filename=filename, content_type=kind)
    return form
