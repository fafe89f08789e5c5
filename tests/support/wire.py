"""Proxies between the gym and PostgreSQL: a pooler by transaction, a network that falls silent."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import make_url

NO_TLS: Final = struct.pack("!i", 80877103)
"""A request for TLS, which is declined."""
READY: Final = b"Z"
IDLE: Final = b"I"


class Wire:
    """Hands on every message. With several servers each transaction meets another process than the last."""

    def __init__(self, url: str, servers: int) -> None:
        self._url = make_url(url)
        self.count = servers
        self._tasks: set[asyncio.Task[None]] = set()
        self.address = ""
        self.is_silent = False
        """Whether what is sent arrives nowhere, and nobody is told so."""
        self.met: set[int] = set()
        """The servers on which a transaction has ended."""

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Wire]:
        listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = listening.sockets[0].getsockname()
        self.address = self._url.set(host=host, port=port, query={}).render_as_string(hide_password=False)
        try:
            yield self
        finally:
            listening.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._begin(_Client(self, reader, writer).serve(), writer)

    async def servers(self) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        folder, port = self._url.query["host"], self._url.query["port"]
        socket = f"{folder}/.s.PGSQL.{port}"
        return [await asyncio.open_unix_connection(socket) for _ in range(self.count)]

    def _begin(self, work: Coroutine[Any, Any, None], writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda _: writer.close())


class _Client:
    """One connection of the gym's."""

    def __init__(self, wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._wire, self._reader, self._writer = wire, reader, writer
        self._turn = 0

    async def serve(self) -> None:
        hello = await _startup(self._reader)
        if hello[4:] == NO_TLS:
            self._writer.write(b"N")
            hello = await _startup(self._reader)
        servers = await self._wire.servers()
        try:
            for number, (answers, server) in enumerate(servers):
                server.write(hello)
                await self._greeted(answers, is_told=not number)
            backs = (self._back(number, answers) for number, (answers, _) in enumerate(servers))
            await asyncio.gather(self._forth([server for _, server in servers]), *backs)
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            for _, server in servers:
                server.close()

    async def _greeted(self, answers: asyncio.StreamReader, *, is_told: bool) -> None:
        kind = b""
        while kind != READY:
            kind, message = await _message(answers)
            if is_told:
                self._writer.write(message)

    async def _forth(self, servers: list[asyncio.StreamWriter]) -> None:
        while True:
            _, message = await _message(self._reader)
            if not self._wire.is_silent:
                servers[self._turn].write(message)

    async def _back(self, number: int, answers: asyncio.StreamReader) -> None:
        while True:
            kind, message = await _message(answers)
            if kind == READY and message.endswith(IDLE):
                self._wire.met.add(number)
                self._turn = (number + 1) % self._wire.count
            if not self._wire.is_silent:
                self._writer.write(message)


async def _startup(reader: asyncio.StreamReader) -> bytes:
    length = await reader.readexactly(4)
    return length + await reader.readexactly(struct.unpack("!i", length)[0] - 4)


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)
