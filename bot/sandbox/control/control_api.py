"""The control API, `/sandbox/api`: people, presses, clock and faults for tests, the chat page and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.sandbox.control.bot_membership import BotMembership
from bot.sandbox.control.conversation import SandboxConversation
from bot.sandbox.control.groups_api import GroupsApi
from bot.sandbox.control.hooks import SandboxHooks
from bot.sandbox.control.overview_api import OverviewApi
from bot.sandbox.control.people_api import PeopleApi
from bot.sandbox.control.requests import read_request
from bot.sandbox.control.script_api import ScriptApi
from bot.sandbox.errors import (
    NotOffered,
)
from bot.sandbox.state.conditions.clock import parse_step
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json


@dataclass(slots=True)
class ControlApi:
    """Joins the routes of the control API; its own are those that need a hook of the process around it."""

    state: SandboxState
    hooks: SandboxHooks
    claim_url: str | None = None

    def routes(self) -> list[web.RouteDef]:
        state, conversation = self.state, SandboxConversation(self.state)
        membership = BotMembership(state)
        table = [
            *PeopleApi(state, conversation, membership).routes(),
            *GroupsApi(state, membership).routes(),
            *OverviewApi(state).routes(),
            *ScriptApi(state).routes(),
            web.post("/clock", self.advance_clock),
            web.get("/clock", self.read_clock),
            web.get("/demo", self.demo),
            web.post("/demo", self.load_demo),
        ]
        return [web.RouteDef(r.method, f"/sandbox/api{r.path}", r.handler, r.kwargs) for r in table]

    async def demo(self, request: web.Request) -> web.Response:
        """What this server offers, and the link that makes somebody the gym's owner."""
        return web.json_response(
            {
                "bot": self._bot_card(),
                "claim_url": self._open_claim(),
                "load_demo": self.hooks.load_demo is not None,
                "clock": self.hooks.advance_clock is not None,
                "kiosk_url": self.hooks.kiosk_url,
            }
        )

    def _bot_card(self) -> Json:
        bot = self.state.bot
        description = {language: bot.text("description", language) for language in ("en", "es")}
        return {"username": bot.username, "name": bot.name, "id": bot.id, "description": description}

    def _open_claim(self) -> str | None:
        """The set-up link, until somebody has used it."""
        if self.claim_url is None:
            return None
        payload = self.claim_url.partition("start=")[2]
        return None if self.state.messages.was_said(f"/start {payload}") else self.claim_url

    async def load_demo(self, request: web.Request) -> web.Response:
        if self.hooks.load_demo is None:
            raise NotOffered("load demo gym")
        return web.json_response({"message": await self.hooks.load_demo()})

    async def advance_clock(self, request: web.Request) -> web.Response:
        if self.hooks.advance_clock is None:
            raise NotOffered("clock")
        step = parse_step((await read_request(request)).text("advance"))
        if self.hooks.before_jump is not None:
            await self.hooks.before_jump(step)
        self.state.clock.skip(step)  # messages that the jump causes carry the new date
        return web.json_response({"now": self._heard(await self.hooks.advance_clock(step))})

    async def read_clock(self, request: web.Request) -> web.Response:
        if self.hooks.read_clock is None:
            raise NotOffered("clock")
        return web.json_response({"now": self._heard(await self.hooks.read_clock())})

    async def listen_to_clock(self) -> None:
        """Date messages by the business clock from now on."""
        if self.hooks.read_clock is not None:
            self._heard(await self.hooks.read_clock())

    def _heard(self, now: datetime) -> str:
        self.state.clock.set_to(now)
        return now.isoformat()
