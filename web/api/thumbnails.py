"""Pictures of clients, at signed addresses that are valid for a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from aiohttp import web

from gym.app import Gym
from gym.core.errors import NotFound
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from gym.security.signed_links import SignedLinks
from web.api.schemas.clients import ClientPath, SignedQuery
from web.http.keys import GYM
from web.openapi.declaration import Media, Operation
from web.openapi.fault_groups import STORED
from web.openapi.routes import ApiRoutes

LIFETIME: Final = timedelta(seconds=60)
"""Long enough for a page to load the picture, too short for the address to be passed on."""
routes = ApiRoutes("Faces")


def photo_url(gym: Gym, client_id: UUID) -> str:
    """The signed address of a client's picture, valid for a minute, for whoever was given it."""
    return SignedLinks(gym.secrets.jwt).sign_path(
        f"/api/v1/thumbnails/{client_id}", gym.clock.now() + LIFETIME
    )


@routes.handles(
    Operation(
        "get",
        "/api/v1/thumbnails/{client_id}",
        "thumbnail",
        "A client's picture, by its signed address of one minute",
        {200: Media("image/jpeg", {"type": "string", "format": "binary"})},
        path_model=ClientPath,
        query=SignedQuery,
        faults=(*STORED, NotFound),
        description="160 pixels. Whoever lacks the signature is told that there is nothing.",
    )
)
async def thumbnail(request: web.Request) -> web.Response:
    """JPEG, 160 px. Without the signature the address does not exist."""
    gym, query = request.app[GYM], request.query
    links = SignedLinks(gym.secrets.jwt)
    if not links.path_is_signed(request.path, query.get("until", ""), query.get("mac", ""), gym.clock.now()):
        raise NotFound
    client_id = UUID(request.match_info["client_id"])
    async with gym.unit_of_work(Actor.system()) as uow:
        picture = await FaceRecognitionService(uow).thumbnail(client_id)
    if picture is None:
        raise NotFound
    headers = {"Cache-Control": "private, max-age=60"}
    return web.Response(body=picture, content_type="image/jpeg", headers=headers)
