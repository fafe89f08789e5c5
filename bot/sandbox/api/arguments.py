"""Arguments of a call, from a query, JSON, form or multipart body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import BadRequest, BotApiError
from bot.sandbox.state.media.files import Upload
from bot.sandbox.state.store import Json

MAX_UPLOAD_BYTES = 50 * 1024 * 1024  # core.telegram.org/bots/api#sending-files
LARGEST = 2**63 - 1
OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Arguments:
    """Typed readers of the values; an absent one reads as empty."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict[str, Upload])
    files: tuple[tuple[str, Upload], ...] = ()

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str) -> int | None:
        value = self.values.get(name)
        try:
            number = None if value in (None, "") else int(value)
        except (TypeError, ValueError) as error:
            raise BadRequest(f'can\'t parse "{name}" as an integer') from error
        if number is not None and abs(number) > LARGEST:
            raise BadRequest(f'can\'t parse "{name}" as an integer')
        return number

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """A JSON value, which forms carry as text."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"can't parse {name} JSON object") from error

    def mapping(self, name: str, what: str) -> Json:
        """A JSON object, empty when absent."""
        value = self.structure(name)
        if value is not None and not isinstance(value, dict):
            raise BadRequest(f"object expected as {what}")
        return cast(Json, value or {})

    def objects(self, name: str, what: str) -> list[Json]:
        """A JSON array of objects, empty when absent."""
        value = self.structure(name)
        if value is not None and not isinstance(value, list):
            raise BadRequest(f"expected an Array of {what}")
        items = cast("list[object]", value or [])
        if not all(isinstance(item, dict) for item in items):
            raise BadRequest(f"can't parse {what}: expected an Object")
        return cast("list[Json]", items)

    def chat(self) -> int:
        value = self.text("chat_id")
        if not value:
            raise BadRequest("chat_id is empty")
        if not re.fullmatch(r"-?[0-9]{1,20}", value) or abs(int(value)) > LARGEST:
            raise BadRequest("chat not found")
        return int(value)

    def message(self) -> int:
        number = self.integer("message_id")
        if number is None:
            raise BadRequest("message identifier is not specified")
        return number

    def loggable(self) -> Json:
        """Arguments for the call log: JSON values as such, files as name and size."""
        shown = {name: _plain(value) for name, value in self.values.items()}
        files = {
            name: {"file_name": upload.name, "size": len(upload.data)}
            for name, upload in self.uploads.items()
        }
        return shown | files


def _plain(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read_arguments(request: web.Request) -> Arguments:
    """Read a request's arguments. Raises BotApiError 413 above 50 MB and BadRequest for a broken body."""
    query = dict(request.query)
    match request.content_type:
        case "application/json":
            return Arguments(query | await _json(request))
        case "application/x-www-form-urlencoded":
            form = await request.post()
            return Arguments(query | {name: str(value) for name, value in form.items()})
        case "multipart/form-data":
            return await _multipart(request, query)
        case _:
            return Arguments(query)


async def _json(request: web.Request) -> Json:
    try:
        body: object = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest("can't parse JSON object") from error
    if not isinstance(body, dict):
        raise BadRequest("object expected as JSON")
    return cast(Json, body)


async def _multipart(request: web.Request, values: dict[str, Any]) -> Arguments:
    files: list[tuple[str, Upload]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = await _part(part)
        if part.filename is None:
            values[part.name or ""] = data.decode()
        else:
            mime = part.headers.get("Content-Type", OCTETS)
            files.append((part.name or "", Upload(part.filename, mime, data)))
    return Arguments(values, dict(files), tuple(files))


async def _part(part: BodyPartReader) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(1 << 18):
        data += chunk
        if len(data) > MAX_UPLOAD_BYTES:
            raise BotApiError(413, "Request Entity Too Large")
    return bytes(data)
