"""The kiosk page: static files under a strict policy, and the service worker that keeps them for a day
offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from aiohttp import web

from gym.core.errors import NotFound

FOLDER: Final = Path(__file__).parents[1] / "kiosk"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json; charset=utf-8",
}
WORKER: Final = "worker.js"
PAGE: Final = "index.html"
routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class PageShell:
    """All files of the page, and a version made of their contents."""

    files: Mapping[str, Path]
    version: str

    @classmethod
    def of(cls, folder: Path) -> Self:
        files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.suffix in KINDS
        }
        digest = hashlib.sha256()
        for name, path in files.items():
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        return cls(files, digest.hexdigest()[:16])

    @property
    def worker(self) -> str:
        """The service worker with version and file list in it: a byte that differs makes browsers load the
        new one."""
        kept = [f"/kiosk/{name}" for name in self.files if name not in (PAGE, WORKER)]
        head = (
            f"const VERSION = {json.dumps(self.version)};\nconst FILES = {json.dumps(['/kiosk/', *kept])};\n"
        )
        return head + self.files[WORKER].read_text("utf-8")


SHELL = PageShell.of(FOLDER)


@routes.get("/")
async def root(_: web.Request) -> web.Response:
    return _to_page()


@routes.get("/kiosk")
async def kiosk(_: web.Request) -> web.Response:
    return _to_page()


@routes.get("/kiosk/")
async def index(_: web.Request) -> web.FileResponse:
    return _file(PAGE)


@routes.get(f"/kiosk/{WORKER}")
async def worker(_: web.Request) -> web.Response:
    return web.Response(text=SHELL.worker, headers=_headers(KINDS[".js"]))


@routes.get("/kiosk/{name:.+}")
async def asset(request: web.Request) -> web.FileResponse:
    return _file(request.match_info["name"])


def _to_page() -> web.Response:
    return web.Response(status=302, headers={"Location": "/kiosk/"})


def _file(name: str) -> web.FileResponse:
    path = SHELL.files.get(name)
    if path is None:
        raise NotFound
    return web.FileResponse(path, headers=_headers(KINDS[path.suffix]))


def _headers(kind: str) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "Content-Security-Policy": POLICY,
        "Permissions-Policy": "camera=(self), microphone=()",
        "Cache-Control": "no-cache",
    }
