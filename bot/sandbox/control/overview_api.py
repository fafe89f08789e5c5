"""Control API of the chat page: the list of chats, and files."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.control.requests import read_seconds
from bot.sandbox.control.views import group_view, person_view, preview_of
from bot.sandbox.errors import (
    UnknownFile,
)
from bot.sandbox.state.state import SandboxState

INLINE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


@dataclass(frozen=True, slots=True)
class OverviewApi:
    """The list of chats and their files."""

    state: SandboxState

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/overview", self.overview), web.get("/files/{file_id}", self.file)]

    async def overview(self, request: web.Request) -> web.Response:
        """Every chat with its last message; waits until something has changed."""
        query = Arguments(dict(request.query))
        await self.state.feed.wait_anywhere(
            query.integer("after") or 0, read_seconds(query.text("wait"), 0.0)
        )
        state = self.state
        people = [{**person_view(p), **preview_of(state, p.id)} for p in state.people.everyone()]
        groups = [{**group_view(state, g), **preview_of(state, g.id)} for g in state.groups.everything()]
        return web.json_response({"seq": state.feed.seq, "people": people, "groups": groups})

    async def file(self, request: web.Request) -> web.Response:
        stored = await self.state.files.find(request.match_info["file_id"])
        data = await self.state.files.read(stored.file_id) if stored else None
        if stored is None or data is None:
            raise UnknownFile
        # Shown in the page only if it is a picture; anything else is downloaded, never opened as our page.
        shown = stored.mime in INLINE_TYPES
        disposition = "inline" if shown else "attachment"
        headers = {
            "Content-Disposition": disposition,
            "Cache-Control": "private, max-age=31536000, immutable",
        }
        kind = stored.mime if shown else "application/octet-stream"
        return web.Response(body=data, content_type=kind, headers=headers)
