"""Endpoints for tablets: the authority to trust, and the HTTPS address to open."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from gym.core.errors import NotFound
from gym.security.tls.certificate_folder import CertificateFolder
from web.http.keys import GYM, SECURE

AUTHORITY: Final = "/kiosk/authority.crt"
KIND: Final = "application/x-x509-ca-cert"
routes = web.RouteTableDef()


@routes.get(AUTHORITY)
async def authority(request: web.Request) -> web.Response:
    """The certificate of the gym's own authority; its key stays where it is."""
    path = CertificateFolder(request.app[GYM].config.powergym_home).public
    try:
        body = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise NotFound from None
    headers = {"Content-Disposition": 'attachment; filename="powergym-authority.crt"'}
    return web.Response(body=body, content_type=KIND, headers=headers)


@routes.get("/kiosk/secure.json")
async def secure(request: web.Request) -> web.Response:
    """Where this page may use the camera; null where there is no certificate."""
    address = request.app[SECURE].address(request.url.host or "")
    return web.json_response({"address": f"{address}/kiosk/" if address else None})
