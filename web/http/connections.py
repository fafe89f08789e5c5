"""Connections: deadlines for silent ones, caps on their number, and faults in the API's one shape."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiohttp import web

from web.http.addresses import neighbourhood
from web.http.faults import bare_fault, fault

log = structlog.get_logger()
TOO_SLOW: Final = 408


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a connection is waited for, in seconds, and how many there may be."""

    headers: float = 10
    """From the connection, or from a request's first byte, to the end of its headers."""
    body: float = 15
    """Between two pieces of a body."""
    whole: float = 120
    """For a whole body: 16 MB at 1 Mbit/s."""
    idle: float = 75
    """Between two requests: longer than proxies keep theirs (nginx: 60), so that none is closed in use."""
    each_address: int = 256
    """Connections of one address. A tablet has six, a flood of photos two hundred; trusted proxies are
    exempt."""
    all: int = 10_000
    """Connections altogether; the rest of the descriptors is for the database, files and Telegram."""


class Connection(web.RequestHandler):
    """One connection, and since when it is waited for."""

    def __init__(self, server: HttpServer, **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server
        self.address = self.place = ""
        now = self._loop.time()
        self.opened, self.heard, self.asked = now, now, now
        self.begun: float | None = None
        """When the first byte of a request came whose headers are not complete yet."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if isinstance(peer, tuple) else ""
        self.place = neighbourhood(self.address)
        super().connection_made(transport)
        self._server.admit(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._server.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.heard, requests = self._loop.time(), self._request_count
        if self.begun is None:
            self.begun = self.heard
        super().data_received(data)
        if self._request_count != requests:
            self.begun, self.asked = None, self.heard
            self._server.silent.pop(self, None)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being handled."""
        return self._current_request is None and not self._messages

    def overdue(self, now: float, deadlines: Deadlines) -> bool:
        """Whether it has kept this server waiting too long; never while the server is the slow one."""
        request = self._current_request
        if request is not None:
            if request.content.is_eof() or self._reading_paused or self._buffer_paused:
                return False
            return now - self.heard > deadlines.body or now - self.asked > deadlines.whole
        if self._messages:
            return False
        since = self.begun if self.begun is not None else self.opened if not self._request_count else now
        return now - since > deadlines.headers

    def give_up(self) -> None:
        """Close it; a request that had begun is told why."""
        transport = self.transport
        if transport is None:
            return
        if self.begun is not None and self.is_idle:
            transport.write(bare_fault(TOO_SLOW, "Request Timeout"))
            transport.close()
        else:
            transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what the parser or aiohttp refuses; the request line is neither sent back nor
        logged."""
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer was sent already")
        if status >= 500:
            log.error("request_failed", status=status, exc_info=exc)
        else:
            log.info("request_unreadable", status=status, fault=type(exc).__name__)
        return fault(request, status)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; one that aiohttp made outside of the middlewares gets the API's shape."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400 and not resp.prepared:
            resp = fault(request, resp.status)
        return await super().finish_response(request, resp, start_time)


class HttpServer(web.Server):
    """Counts its connections and looks once a second for those that are overdue."""

    def __init__(
        self, made: web.Server, deadlines: Deadlines, uncounted: Container[str] = (), **options: Any
    ):
        super().__init__(made.request_handler, request_factory=made.request_factory, **options)
        self.deadlines = deadlines
        self._uncounted = uncounted
        self._places: defaultdict[str, dict[Connection, None]] = defaultdict(dict)
        self.silent: dict[Connection, None] = {}
        """Connections that have never sent a request, the oldest first."""
        self._looking: asyncio.TimerHandle | None = None

    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._kwargs)

    def admit(self, connection: Connection) -> None:
        """Take a new connection in. Above a cap the longest silent one is closed, else the new one."""
        here = self._places[connection.place]
        here[connection] = None
        self.silent[connection] = None
        if len(here) > self.deadlines.each_address and connection.address not in self._uncounted:
            self._make_room(next((one for one in here if one in self.silent), connection))
        elif len(self._connections) > self.deadlines.all:
            self._make_room(next(iter(self.silent)))
        if self._looking is None:
            self._looking = self._loop.call_later(1, self._look)

    def leave(self, connection: Connection) -> None:
        self.silent.pop(connection, None)
        here = self._places.get(connection.place)
        if here is not None:
            here.pop(connection, None)
            if not here:
                del self._places[connection.place]

    def _make_room(self, connection: Connection) -> None:
        self.leave(connection)
        if connection.transport is not None:
            connection.transport.abort()

    def _look(self) -> None:
        """Close overdue connections. Ends when there are none, and begins again with the next."""
        now = self._loop.time()
        for connection in [one for here in self._places.values() for one in here]:
            if connection.overdue(now, self.deadlines):
                connection.give_up()
        self._looking = self._loop.call_later(1, self._look) if self._places else None
