"""Arguments of a call, from a query, JSON, form or multipart body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, ClientResponse, MultipartReader, web
from aiohttp.multipart import MultipartResponseWrapper

from bot.sandbox.errors import BadRequest, BotApiError
from bot.sandbox.state.media.files import Upload
from bot.sandbox.state.store import Json

MAX_UPLOAD_BYTES = 50 * 1024 * 1024  # core.telegram.org/bots/api#sending-files
MAX_ANSWER_BYTES = 1 << 20
"""Of the answer of a webhook that has no parts."""
LARGEST = 2**63 - 1
LEADING_NUMBER = re.compile(r"-?[0-9]{1,20}")
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
        """The number that the value begins with, 0 when it begins with none, as Telegram reads numbers."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        begins = LEADING_NUMBER.match(str(value))
        number = int(begins.group()) if begins else 0
        return number if abs(number) <= LARGEST else 0

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def structure(self, name: str, what: str | None = None) -> Any:
        """A JSON value, which forms carry as text; `what` is Telegram's word for it."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"can't parse {what or name} JSON object") from error

    def objects(self, name: str, what: str, json_name: str | None = None) -> list[Json]:
        """A JSON array of objects, empty when absent."""
        value = self.structure(name, json_name)
        if value is not None and not isinstance(value, list):
            raise BadRequest(f"expected an Array of {what}")
        items = cast("list[object]", value or [])
        if not all(isinstance(item, dict) for item in items):
            raise BadRequest(f"can't parse {what}: expected an Object")
        return cast("list[Json]", items)

    def require(self, name: str) -> None:
        """Raises BadRequest when there is neither a value nor a file of this name."""
        if self.values.get(name) in (None, "") and name not in self.uploads:
            raise BadRequest(f'parameter "{name}" is required')

    def chat(self) -> int:
        value = self.text("chat_id")
        if not value:
            raise BadRequest("chat_id is empty")
        if not re.fullmatch(r"-?[0-9]{1,20}", value) or abs(int(value)) > LARGEST:
            raise BadRequest("chat not found")
        return int(value)

    def message(self) -> int:
        """`message_id`; 0, which is no message's, when absent or no number."""
        return max(self.integer("message_id") or 0, 0)

    def thread(self) -> int | None:
        """`message_thread_id`; None when absent or no number."""
        return self.integer("message_thread_id") or None

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
            return Arguments(query | _json(await request.read()))
        case "application/x-www-form-urlencoded":
            form = await request.post()
            return Arguments(query | {name: str(value) for name, value in form.items()})
        case "multipart/form-data":
            return await _multipart(await request.multipart(), query)
        case _:
            return Arguments(query)


async def read_answer(answer: ClientResponse) -> Arguments:
    """Read the call in a webhook's answer: JSON, a form or parts. Raises BadRequest for a broken body."""
    match answer.content_type:
        case "multipart/form-data":
            return await _multipart(MultipartReader.from_response(answer), {})
        case "application/x-www-form-urlencoded":
            return Arguments(dict(parse_qsl((await answer.content.read(MAX_ANSWER_BYTES)).decode())))
        case _:
            return Arguments(_json(await answer.content.read(MAX_ANSWER_BYTES)))


def _json(data: bytes) -> Json:
    try:
        body: object = json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest("can't parse JSON object") from error
    if not isinstance(body, dict):
        raise BadRequest("object expected as JSON")
    return cast(Json, body)


async def _multipart(parts: MultipartReader | MultipartResponseWrapper, values: dict[str, Any]) -> Arguments:
    files: list[tuple[str, Upload]] = []
    async for part in parts:
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
