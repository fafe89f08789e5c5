"""The kiosk page: static files with a strict policy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aiohttp import web

from gym.core.errors import NotFound

FOLDER: Final = Path(__file__).parent / "kiosk"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
KINDS: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
FILES: Final = {path.name: path for path in FOLDER.iterdir() if path.suffix in KINDS}
routes = web.RouteTableDef()


@routes.get("/")
async def root(_: web.Request) -> web.Response:
    return _to_page()


@routes.get("/kiosk")
async def kiosk(_: web.Request) -> web.Response:
    return _to_page()


@routes.get("/kiosk/")
async def index(_: web.Request) -> web.FileResponse:
    return _file("index.html")


@routes.get("/kiosk/{name}")
async def asset(request: web.Request) -> web.FileResponse:
    return _file(request.match_info["name"])


def _to_page() -> web.Response:
    return web.Response(status=302, headers={"Location": "/kiosk/"})


def _file(name: str) -> web.FileResponse:
    path = FILES.get(name)
    if path is None:
        raise NotFound
    headers = {
        "Content-Type": f"{KINDS[path.suffix]}; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "Permissions-Policy": "camera=(self), microphone=()",
        "Cache-Control": "no-cache",
    }
    return web.FileResponse(path, headers=headers)
