"""The OpenAPI document, served as JSON and as a page that needs no scripts."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from string import Template
from typing import Any, Final

from aiohttp import web

from web.openapi.declaration import Json, Media, Operation
from web.openapi.document import build
from web.openapi.fault_groups import ALWAYS
from web.openapi.routes import ApiRoutes

FOLDER: Final = Path(__file__).parents[1] / "pages"
PAGE: Final = Template((FOLDER / "docs.html").read_text("utf-8"))
STYLE: Final = (FOLDER / "docs.css").read_bytes()
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
CACHED: Final = {"Cache-Control": "no-cache"}
INFO: Final[Json] = {
    "title": "PowerGym kiosk API",
    "version": "1",
    "description": "What the kiosk and staff's own tools talk to. Answers are JSON in UTF-8; every one "
    "carries `X-Request-ID`. Errors have one shape, and their sentence follows `Accept-Language` (en, es).",
    "contact": {"name": "The gym that runs this server"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
TAGS: Final = {
    "Kiosks": "Pairing a kiosk, and what it must know to work.",
    "Sign-in": "Tokens, and the sign-ins that stand.",
    "Check-ins": "Verdicts at the door.",
    "Staff": "Today's attempts, clients and their cards, nightly jobs run by hand.",
    "Faces": "Enrolling, judging and comparing faces; pictures of clients.",
    "Probes": "What a supervisor and Prometheus read.",
    "Document": "This description.",
}
routes = ApiRoutes("Document")
page_routes = web.RouteTableDef()


class ApiDocument:
    """The OpenAPI document of the operations; made when first asked for, which takes 80 ms."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    @cached_property
    def content(self) -> Json:
        return build(self.operations, INFO, TAGS)

    @cached_property
    def raw(self) -> bytes:
        return json.dumps(self.content, ensure_ascii=False).encode()

    @cached_property
    def page(self) -> str:
        """The document as HTML."""
        info = self.content["info"]
        rows = [
            _operation(path, method, one)
            for path, methods in self.content["paths"].items()
            for method, one in methods.items()
        ]
        schemas = (_schema(name, one) for name, one in sorted(self.content["components"]["schemas"].items()))
        return PAGE.substitute(
            title=html.escape(info["title"]),
            intro=_text(info["description"]),
            operations="\n".join(rows),
            schemas="\n".join(schemas),
        )


DOCUMENT: web.AppKey[ApiDocument] = web.AppKey("document", ApiDocument)


@routes.handles(
    Operation(
        "get",
        "/api/openapi.json",
        "document",
        "This document",
        {200: Media("application/json", {"type": "object", "additionalProperties": True})},
        faults=ALWAYS,
    )
)
async def openapi(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    document = request.app[DOCUMENT]
    body = await asyncio.to_thread(lambda: document.raw)
    return web.Response(body=body, content_type="application/json", headers=CACHED)


@page_routes.get("/api/docs")
async def docs(request: web.Request) -> web.Response:
    headers = {**CACHED, "Content-Security-Policy": POLICY}
    document = request.app[DOCUMENT]
    text = await asyncio.to_thread(lambda: document.page)
    return web.Response(text=text, content_type="text/html", headers=headers)


@page_routes.get("/pages/docs.css")
async def style(_: web.Request) -> web.Response:
    return web.Response(body=STYLE, content_type="text/css", headers=CACHED)


# HTML


def _operation(path: str, method: str, one: Json) -> str:
    who = ", ".join(one.get("x-scopes", ())) or "nobody needs to sign in"
    parts = [
        f'<p class="who">{html.escape(who)}</p>',
        _text(one.get("description", "")),
        _table(("Parameter", "In", "Schema"), map(_parameter, one.get("parameters", ()))),
        *_bodies(one.get("requestBody", {}).get("content", {})),
        _table(("Status", "Answer"), (_response(*pair) for pair in one["responses"].items())),
    ]
    head = (
        f'<b class="{method}">{method.upper()}</b> <code>{html.escape(path)}</code> '
        f"<span>{html.escape(one['summary'])}</span>"
    )
    return f'<details id="{one["operationId"]}"><summary>{head}</summary>{"".join(parts)}</details>'


def _parameter(one: Json) -> tuple[str, str, str]:
    return f"<code>{html.escape(one['name'])}</code>", html.escape(one["in"]), _code(one["schema"])


def _bodies(content: Mapping[str, Json]) -> Iterable[str]:
    for kind, one in content.items():
        yield f"<h3>{html.escape(kind)}</h3>{_code(one['schema'])}"


def _response(status: str, one: Json) -> tuple[str, str]:
    kinds = one.get("content", {})
    shown = "" if int(status) >= 400 else "".join(_code(part["schema"]) for part in kinds.values())
    return html.escape(status), _text(one["description"]) + shown


def _schema(name: str, one: Json) -> str:
    name = html.escape(name)
    return f'<details id="schema-{name}"><summary><code>{name}</code></summary>{_code(one)}</details>'


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    drawn = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    if not drawn:
        return ""
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(drawn)}</tbody></table>"


def _code(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"$ref"}:
        name = html.escape(str(value["$ref"]).rpartition("/")[2])
        return f'<a href="#schema-{name}"><code>{name}</code></a>'
    return f"<pre>{html.escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>" if value else ""


def _text(text: str) -> str:
    lines = (html.escape(line.removeprefix("- ")) for line in text.splitlines() if line.strip())
    return "".join(f"<p>{_marked(line)}</p>" for line in lines)


def _marked(line: str) -> str:
    """Text with the words between backticks as code."""
    parts = line.split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
