"""The Bot API over HTTP: token, ordered faults, dispatch, log, file download."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from dataclasses import replace

from aiohttp import web

from bot.sandbox.api.arguments import Arguments, read_arguments
from bot.sandbox.api.methods import METHODS
from bot.sandbox.errors import BadRequest, BotApiError
from bot.sandbox.state.conditions.faults import OrderedFault
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

GARBAGE = "<html><body>502 Bad Gateway"


class BotApi:
    """`/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self.call),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    def _check_token(self, request: web.Request) -> None:
        # aiohttp has decoded %3A by now: PTB encodes the colon of the token.
        given = request.match_info["token"].encode()
        if not hmac.compare_digest(given, self._state.bot.token.encode()):
            raise BotApiError(401, "Unauthorized")

    async def call(self, request: web.Request) -> web.StreamResponse:
        method, arguments = request.match_info["method"], Arguments({})
        try:
            self._check_token(request)
            arguments = await read_arguments(request)
            fault = self._state.faults.take(method, arguments.text("chat_id"))
            if fault is not None:
                return await self._fail(request, method, arguments, fault)
            return self._answer(method, arguments, await self._perform(method, arguments))
        except BotApiError as error:
            return self._refusal(method, arguments, error)
        except UnicodeError:
            return self._refusal(method, Arguments({}), BadRequest("strings must be encoded in UTF-8"))

    async def obey(self, call: Arguments) -> None:
        """Carry out a call that came in a webhook's answer; it is logged, and its result is dropped."""
        method = call.text("method")
        arguments = replace(call, values={name: v for name, v in call.values.items() if name != "method"})
        try:
            self._answer(method, arguments, await self._perform(method, arguments))
        except BotApiError as error:
            self._refusal(method, arguments, error)

    async def _perform(self, method: str, arguments: Arguments) -> object:
        perform = METHODS.get(method.lower())
        if perform is None:
            raise BotApiError(404, "Not Found: method not found")
        return await perform(self._state, arguments)

    def _answer(self, method: str, arguments: Arguments, result: object) -> web.Response:
        self._state.calls.add(method, arguments.loggable(), 200, result, time.time())
        return web.json_response({"ok": True, "result": result})

    def _refusal(self, method: str, arguments: Arguments, error: BotApiError) -> web.Response:
        body: Json = {"ok": False, "error_code": error.status, "description": error.description}
        if error.retry_after is not None:
            body["parameters"] = {"retry_after": error.retry_after}
        self._state.calls.add(method, arguments.loggable(), error.status, body, time.time())
        return web.json_response(body, status=error.status)

    async def _fail(
        self, request: web.Request, method: str, arguments: Arguments, fault: OrderedFault
    ) -> web.StreamResponse:
        """Fail as ordered: late, after the work is done, without an answer, or with an answer that is no
        JSON."""
        arrived = time.time()  # counted whatever becomes of it later: Telegram counts what it is asked
        if fault.delay:
            await asyncio.sleep(fault.delay)
        body = GARBAGE if fault.garbage else fault.body
        if fault.status == 200 and body is None:
            return self._answer(method, arguments, await self._perform(method, arguments))
        if fault.is_carried_out:
            await self._perform(method, arguments)
        if fault.status == 0:
            return self._hang_up(request, method, arguments, arrived)
        if body is not None:
            self._state.calls.add(method, arguments.loggable(), fault.status, body, arrived)
            return web.Response(text=body, status=fault.status, content_type="text/html")
        return self._refusal(
            method, arguments, BotApiError(fault.status, fault.text, retry_after=fault.retry_after)
        )

    def _hang_up(
        self, request: web.Request, method: str, arguments: Arguments, arrived: float
    ) -> web.Response:
        self._state.calls.add(method, arguments.loggable(), 0, None, arrived)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def download(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request)
            stored = await self._state.files.at_path(request.match_info["path"])
            data = await self._state.files.read(stored.file_id) if stored else None
            if data is None:
                raise BotApiError(404, "Not Found")
            return web.Response(body=data, content_type="application/octet-stream")
        except BotApiError as error:
            body = {"ok": False, "error_code": error.status, "description": error.description}
            return web.Response(text=json.dumps(body), status=error.status, content_type="application/json")
