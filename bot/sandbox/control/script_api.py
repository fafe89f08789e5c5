"""Control API of tests and scripts: faults, flood limits, raw updates, the log of calls."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.control.requests import read_request, read_seconds
from bot.sandbox.errors import (
    BadField,
)
from bot.sandbox.state.conditions.faults import OrderedFault
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json


@dataclass(frozen=True, slots=True)
class ScriptApi:
    """Faults and updates that a test orders, and the log that it reads."""

    state: SandboxState

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/faults", self.order_fault),
            web.delete("/faults", self.cancel_faults),
            web.post("/limits", self.set_limits),
            web.post("/updates", self.inject_update),
            web.get("/updates", self.pending_updates),
            web.post("/callbacks/expire", self.expire_callbacks),
            web.get("/calls", self.calls),
            web.get("/bot", self.bot),
        ]

    async def bot(self, request: web.Request) -> web.Response:
        """What a script needs to act as the bot: the token, and the addresses that libraries ask for."""
        token, server = self.state.bot.token, f"{request.scheme}://{request.host}"
        urls = {"base_url": f"{server}/bot", "base_file_url": f"{server}/file/bot"}
        return web.json_response({"token": token, "username": self.state.bot.username, **urls})

    async def order_fault(self, request: web.Request) -> web.Response:
        arguments = await read_request(request)
        status = arguments.integer("status")
        if status is None or not arguments.text("method"):
            raise BadField("method", "a method's name with a status")
        times = arguments.integer("times")
        fault = OrderedFault(
            method=arguments.text("method"),
            status=status,
            times=1 if times is None else times,
            retry_after=arguments.integer("retry_after"),
            description=arguments.text("description") or None,
            garbage=arguments.flag("garbage"),
            delay=read_seconds(arguments.text("delay"), 0.0),
            afterwards=arguments.flag("afterwards"),
            chat_id=arguments.integer("chat_id"),
            body=arguments.text("body") if "body" in arguments.values else None,
        )
        self.state.faults.order(fault)
        return web.json_response({"ordered": fault.times})

    async def cancel_faults(self, request: web.Request) -> web.Response:
        self.state.faults.cancel()
        return web.Response(status=204)

    async def set_limits(self, request: web.Request) -> web.Response:
        self.state.limits.enabled = (await read_request(request)).flag("on")
        return web.json_response({"on": self.state.limits.enabled})

    async def inject_update(self, request: web.Request) -> web.Response:
        """Queue a raw update, for repeated and out-of-order delivery."""
        update = (await read_request(request)).structure("update")
        if not isinstance(update, dict) or "update_id" not in update:
            raise BadField("update", "an Update object with update_id")
        body: Json = {name: value for name, value in update.items() if name != "update_id"}
        self.state.updates.inject(int(update["update_id"]), body)
        return web.json_response({"update_id": update["update_id"]})

    async def pending_updates(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"updates": self.state.updates.pending(), "count": self.state.updates.count()}
        )

    async def expire_callbacks(self, request: web.Request) -> web.Response:
        self.state.callbacks.expire_all()
        return web.Response(status=204)

    async def calls(self, request: web.Request) -> web.Response:
        query = Arguments(dict(request.query))
        after, wait = query.integer("after") or 0, read_seconds(query.text("wait"), 0.0)
        calls = await self.state.calls.since(after, wait)
        return web.json_response({"seq": self.state.calls.seq, "calls": calls})
