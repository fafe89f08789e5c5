"""Control API of groups: made, left and administered."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.control.bot_membership import BotMembership
from bot.sandbox.control.requests import read_request
from bot.sandbox.control.views import group_view
from bot.sandbox.errors import (
    BadField,
    UnknownChat,
)
from bot.sandbox.state.people import SandboxGroup
from bot.sandbox.state.state import SandboxState


@dataclass(frozen=True, slots=True)
class GroupsApi:
    """Groups with topics, and the bot in them."""

    state: SandboxState
    membership: BotMembership

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/groups", self.create_group),
            web.get("/groups", self.list_groups),
            web.post("/groups/{group:-?\\d+}/kick", self.kick_bot),
            web.post("/groups/{group:-?\\d+}/promote", self.promote_bot),
        ]

    async def create_group(self, request: web.Request) -> web.Response:
        arguments = await read_request(request)
        members = [self.state.people.require(int(number)) for number in arguments.structure("members") or []]
        if not members or not arguments.text("title"):
            raise BadField("members", "at least one person, and a title")
        topics = [str(topic) for topic in arguments.structure("topics") or []]
        group = self.state.groups.add(arguments.text("title"), [member.id for member in members], topics)
        self.membership.add_bot(members[0], group)
        self.state.feed.next(group.id)
        return web.json_response(group_view(self.state, group), status=201)

    async def list_groups(self, request: web.Request) -> web.Response:
        groups = [group_view(self.state, group) for group in self.state.groups.everything()]
        return web.json_response({"groups": groups})

    async def kick_bot(self, request: web.Request) -> web.Response:
        group = self._group(int(request.match_info["group"]))
        members = self.state.groups.members(group.id)
        self.membership.kick_bot(self.state.people.require(members[0]), group)
        return web.json_response({"kicked": True})

    async def promote_bot(self, request: web.Request) -> web.Response:
        """Make the bot an administrator that may delete messages."""
        group = self._group(int(request.match_info["group"]))
        members = self.state.groups.members(group.id)
        self.membership.promote_bot(self.state.people.require(members[0]), group)
        return web.json_response({"promoted": True})

    def _group(self, number: int) -> SandboxGroup:
        group = self.state.groups.find(number)
        if group is None:
            raise UnknownChat(number)
        return group
