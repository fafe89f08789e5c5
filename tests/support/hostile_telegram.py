"""A Bot API server whose getUpdates answers with any bytes, in front of the local server for all the rest."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from aiohttp import web

from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api
from tests.support.sandbox.client import Person

SHORTEST_PAUSE: Final = 0.002


class HostileTelegram:
    """Keeps a queue as Telegram does: confirmed by offset, a long poll, at most `limit` in one answer."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self._sandbox = sandbox
        self._queue: dict[int, bytes] = {}
        self._ids = itertools.count(1000)
        self._news = asyncio.Event()
        self.holds_polls = True
        self.asked_at: list[float] = []
        """When each getUpdates came, by the monotonic clock."""
        self.url = ""
        self._scripted: dict[str, list[object]] = {}

    def answer_once(self, method: str, answer: object) -> None:
        """The next call of a method is answered so, in the order of these orders."""
        self._scripted.setdefault(method, []).append(answer)

    @property
    def api(self) -> Api:
        return Api(self._sandbox.token, f"{self.url}/bot", f"{self.url}/file/bot")

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def next_id(self) -> int:
        return next(self._ids)

    def queue(self, raw: bytes, update_id: int | None = None) -> int:
        """Any bytes in the place of an update; `update_id` is the one by which it is confirmed."""
        number = update_id if update_id is not None else self.next_id()
        self._queue[number] = raw
        self._news.set()
        return number

    def send(self, **kinds: Any) -> int:
        """A healthy update."""
        number = self.next_id()
        return self.queue(json.dumps({"update_id": number, **kinds}).encode(), number)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[HostileTelegram]:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession() as self._session:
            yield self
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        if self._scripted.get(method):
            return web.json_response(self._scripted[method].pop(0))
        if method == "getUpdates":
            return await self._updates(dict(await request.post()))
        url, body = f"{self._sandbox.url}{request.raw_path}", await request.read()
        headers = {"Content-Type": request.headers.get("Content-Type", "application/octet-stream")}
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            return web.Response(
                status=answer.status, body=await answer.read(), content_type=answer.content_type
            )

    async def _updates(self, asked: dict[str, Any]) -> web.Response:
        self.asked_at.append(time.monotonic())
        offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 100))
        for number in [one for one in self._queue if one < offset]:
            del self._queue[number]
        if not self._queue and self.holds_polls:
            await self._wait(float(asked.get("timeout", 0)))
        shown = [raw for _, raw in sorted(self._queue.items())[:limit]]
        body = b'{"ok":true,"result":[' + b",".join(shown) + b"]}"
        return web.Response(body=body, content_type="application/json")

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return


def text_of(person: Person, words: object, message_id: int = 1) -> dict[str, Any]:
    """A message as Telegram builds it."""
    sender = {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": "en"}
    chat = {"id": person.id, "type": "private", "first_name": person.name}
    return {"message_id": message_id, "date": 1_790_000_000, "chat": chat, "from": sender, "text": words}


def tap_of(person: Person, data: object, message_id: int = 1) -> dict[str, Any]:
    """A tap as Telegram builds it."""
    message = text_of(person, "a question", message_id)
    return {"id": "4711", "from": message["from"], "message": message, "chat_instance": "1", "data": data}
