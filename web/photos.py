"""Photos out of a request: `photo` and `turned` parts or base64 in JSON, never more bytes than allowed."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic_core import from_json

from gym.core.errors import GymError, Invalid
from gym.core.language import N_
from gym.faces.errors import PhotoTooLarge

LARGEST_PHOTO: Final = 10 * 1024 * 1024
LARGEST_FIELD: Final = 4096
MOST_FIELDS: Final = 16
CHUNK: Final = 1 << 16
PIECE: Final = 1 << 18
"""Characters of base64 decoded at once; a multiple of four."""
PHOTO_PARTS: Final = ("photo", "turned")
LARGE: Final = 1 << 17
"""Bytes from which decoding, hashing and parsing leave the event loop to a thread."""


class Malformed(Invalid):
    """The body is not what the endpoint reads."""

    code = "malformed"
    status = 400
    message = N_("The request cannot be read. Check it and send it again.")


class ContentUnknown(GymError):
    """Neither JSON nor a form with photos."""

    code = "unsupported_media_type"
    status = 415
    message = N_("That kind of content is not understood here.")


@dataclass(slots=True)
class Body:
    """What came: the photos, those of a turned head, and every other field as JSON would carry it."""

    photos: list[bytes] = field(default_factory=list[bytes])
    turned: list[bytes] = field(default_factory=list[bytes])
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    most_bytes: int = 0
    """How much of a form may still come."""

    def take(self, count: int) -> None:
        """Raises 413 while the form is still being read."""
        self.most_bytes -= count
        if self.most_bytes < 0:
            raise web.HTTPRequestEntityTooLarge(0)


@dataclass(frozen=True, slots=True)
class Most:
    """How many photos an endpoint takes."""

    photos: int
    turned: int = 0


async def read_body(request: web.Request, *, most_photos: int, most_turned: int = 0) -> Body:
    """Read multipart or JSON. Raises `Malformed`, `ContentUnknown` and `PhotoTooLarge`."""
    most = Most(most_photos, most_turned)
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request, most)
    raw = await read_raw_json(request)
    if len(raw) < LARGE:
        return _from_json(raw, most)
    return await asyncio.to_thread(_from_json, raw, most)


async def read_raw_json(request: web.Request) -> bytes:
    """The body of a request that says it is JSON. Raises `ContentUnknown`."""
    if request.content_type != "application/json":
        raise ContentUnknown
    return await request.read()


def parse_json(raw: bytes) -> object:
    """Raises `Malformed`."""
    try:
        # A tenth of the standard library's time, all of which would be spent holding the interpreter's lock.
        return from_json(raw)
    except ValueError as error:
        raise Malformed from error


async def _read_multipart(request: web.Request, most: Most) -> Body:
    body = Body(most_bytes=request.client_max_size)
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise Malformed
            await _take_part(part, body, most)
            if request.content.total_bytes > request.client_max_size:  # headers of parts count too
                raise web.HTTPRequestEntityTooLarge(request.client_max_size)
    except (ValueError, AssertionError, LookupError, HttpProcessingError) as error:
        raise Malformed from error
    return body


async def _take_part(part: BodyPartReader, body: Body, most: Most) -> None:
    if part.name in PHOTO_PARTS:
        kept, places = (body.turned, most.turned) if part.name == "turned" else (body.photos, most.photos)
        if len(kept) >= places:
            raise Malformed
        kept.append(await _read_part(part, LARGEST_PHOTO, body))
        return
    if not part.name or len(body.fields) >= MOST_FIELDS:
        raise Malformed
    body.fields[part.name] = (await _read_part(part, LARGEST_FIELD, body)).decode("utf-8")


async def _read_part(part: BodyPartReader, largest: int, body: Body) -> bytes:
    """One byte past the cap is enough to refuse."""
    data = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        data += chunk
        body.take(len(chunk))
        if len(data) > largest:
            raise PhotoTooLarge if part.name in PHOTO_PARTS else Malformed
    return bytes(data)


def _from_json(raw: bytes, most: Most) -> Body:
    value = parse_json(raw)
    if not isinstance(value, dict):
        raise Malformed
    fields = cast("dict[str, Any]", value)
    photos = _take_images(fields, "image_base64", most.photos)
    return Body(photos, _take_images(fields, "turned_base64", most.turned), fields)


def _take_images(fields: dict[str, Any], name: str, most: int) -> list[bytes]:
    if not most or name not in fields:
        return []
    given = fields.pop(name)
    images: Sequence[object] = cast("list[object]", given) if isinstance(given, list) else [given]
    if not 1 <= len(images) <= most:
        raise Malformed
    return [_decode(image) for image in images]


def _decode(image: object) -> bytes:
    if not isinstance(image, str):
        raise Malformed
    encoded = image.partition(",")[2] if image.startswith("data:") else image
    if len(encoded) > LARGEST_PHOTO * 4 // 3 + 4:
        raise PhotoTooLarge
    try:
        return b"".join(_pieces(encoded))
    except (binascii.Error, ValueError) as error:
        raise Malformed from error


def _pieces(encoded: str) -> Iterator[bytes]:
    """Piece by piece, because decoding holds the interpreter's lock: 7 ms a megabyte."""
    for start in range(0, len(encoded), PIECE):
        piece = base64.b64decode(encoded[start : start + PIECE], validate=True)
        if start + PIECE < len(encoded) and len(piece) * 4 != PIECE * 3:
            raise Malformed  # padding before the end
        yield piece
