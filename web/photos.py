"""Photos out of a request: multipart `photo` parts or base64 in JSON, never more bytes than allowed."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import BodyPartReader, web

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.faces.errors import PhotoTooLarge

LARGEST_PHOTO = 10 * 1024 * 1024
CHUNK = 1 << 16
LARGEST_FIELD = 4096


class Malformed(Invalid):
    """The body is not what the endpoint reads."""

    code = "malformed"
    status = 400
    message = N_("The request cannot be read. Check it and send it again.")


@dataclass(slots=True)
class Body:
    """What came: the photos, and every other field as JSON would carry it."""

    photos: list[bytes] = field(default_factory=list[bytes])
    fields: dict[str, Any] = field(default_factory=dict[str, Any])


async def read_body(request: web.Request, *, most_photos: int) -> Body:
    """Read multipart or JSON. Raises `Malformed` and `PhotoTooLarge`."""
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request, most_photos)
    return _from_json(await request.read(), most_photos)


async def _read_multipart(request: web.Request, most_photos: int) -> Body:
    body = Body()
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise Malformed
            await _take_part(part, body, most_photos)
    except (ValueError, AssertionError, LookupError) as error:
        raise Malformed from error
    return body


async def _take_part(part: BodyPartReader, body: Body, most_photos: int) -> None:
    if part.name == "photo":
        if len(body.photos) >= most_photos:
            raise Malformed
        body.photos.append(await _read_part(part, LARGEST_PHOTO))
    elif part.name:
        body.fields[part.name] = (await _read_part(part, LARGEST_FIELD)).decode("utf-8")


async def _read_part(part: BodyPartReader, largest: int) -> bytes:
    """One byte past the cap is enough to refuse."""
    data = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        data += chunk
        if len(data) > largest:
            raise PhotoTooLarge
    return bytes(data)


def _from_json(raw: bytes, most_photos: int) -> Body:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(value, dict):
        raise Malformed
    fields = cast("dict[str, Any]", value)
    given = fields.pop("image_base64", None)
    images: Sequence[object] = cast("list[object]", given) if isinstance(given, list) else [given]
    if len(images) > most_photos:
        raise Malformed
    return Body([_decode(image) for image in images if image is not None], fields)


def _decode(image: object) -> bytes:
    if not isinstance(image, str):
        raise Malformed
    encoded = image.partition(",")[2] if image.startswith("data:") else image
    if len(encoded) > LARGEST_PHOTO * 4 // 3 + 4:
        raise PhotoTooLarge
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed from error
