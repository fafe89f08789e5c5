"""Photos of a request: multipart parts `photo` and `turned`, or base64 in JSON, within a byte limit."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from aiohttp import web
from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)
from pydantic_core import from_json

from gym.core.errors import GymError, Invalid
from gym.core.language import N_
from gym.faces.errors import PhotoTooLarge
from web.http.limits.body_memory import HELD

LARGEST_PHOTO: Final = 10 * 1024 * 1024
"""Bytes of one photo: what a phone takes at its best."""
LARGEST_FIELD: Final = 4096
"""Bytes of a field that is no photo."""
MOST_FIELDS: Final = 16
"""Fields that are no photos; no endpoint knows as many."""
MOST_PARTS: Final = 32
"""Parts of a form at most, photos included: each part costs more than its bytes."""
PIECE: Final = 1 << 18
"""Characters of base64 decoded at once; a multiple of four."""
TURNED: Final = "turned"
PHOTO_PARTS: Final = ("photo", TURNED)
FORM: Final = "multipart/form-data"
LONGEST_BOUNDARY: Final = 70
"""Characters, as RFC 2046 has it."""
LARGE: Final = 1 << 17
"""Bytes from which decoding, hashing and parsing run in a thread instead of the event loop."""


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
    """The body: photos, those of a turned head, and every other field as JSON would carry it."""

    photos: list[bytes] = field(default_factory=list[bytes])
    turned: list[bytes] = field(default_factory=list[bytes])
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    most_bytes: int = 0
    """How many bytes of a form may still come."""

    def take(self, count: int) -> None:
        """Add a chunk. Raises 413 while the form is still being read."""
        self.most_bytes -= count
        if self.most_bytes < 0:
            raise web.HTTPRequestEntityTooLarge(0)


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """How many photos an endpoint takes."""

    photos: int
    turned: int = 0


async def read_body(request: web.Request, *, most_photos: int, most_turned: int = 0) -> Body:
    """Read multipart or JSON. Raises `Malformed`, `ContentUnknown`, `PhotoTooLarge` and `Busy`."""
    most = SizeLimit(most_photos, most_turned)
    kind, options = _content_type(request)
    if kind == FORM:
        return await _read_form(request, _boundary(options), most)
    raw = await read_raw_json(request)
    if len(raw) < LARGE:
        return _from_json(raw, most)
    return await asyncio.to_thread(_from_json, raw, most)


def is_form(request: web.Request) -> bool:
    """Whether the body is a form."""
    return _content_type(request)[0] == FORM


async def read_raw_json(request: web.Request) -> bytes:
    """The body of a request that says it is JSON. Raises `ContentUnknown`, `Busy` and 413."""
    if _content_type(request)[0] != "application/json":
        raise ContentUnknown
    raw, most, held = bytearray(), request.client_max_size, request[HELD]
    while chunk := await request.content.readany():
        held.take(len(chunk))
        raw += chunk
        if len(raw) > most:
            raise web.HTTPRequestEntityTooLarge(most)
    return bytes(raw)


def _content_type(request: web.Request) -> tuple[str, dict[str, str]]:
    """The content type as sent; aiohttp would read it with the parser of e-mail, at a third of a
    millisecond."""
    return parse_options_header(request.headers.get("Content-Type", ""))


def _boundary(options: dict[str, str]) -> str:
    boundary = options.get("boundary", "")
    if not 1 <= len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
        raise Malformed
    return boundary


def parse_json(raw: bytes) -> object:
    """The JSON value. Raises `Malformed`."""
    try:
        # pydantic-core takes a tenth of the standard library's time, which holds the interpreter's lock.
        return from_json(raw)
    except ValueError as error:
        raise Malformed from error


async def _read_form(request: web.Request, boundary: str, most: SizeLimit) -> Body:
    body = Body(most_bytes=request.client_max_size)
    form, held = MultipartForm(body, most), request[HELD]
    try:
        with _parser(boundary) as parser:
            while chunk := await request.content.readany():
                body.take(len(chunk))
                held.take(len(chunk))
                form.take(parser.parse(chunk))
    except MultipartError as error:
        raise Malformed from error
    return body


def _parser(boundary: str) -> PushMultipartParser:
    return PushMultipartParser(boundary, max_header_size=LARGEST_FIELD, max_segment_count=MOST_PARTS)


class MultipartForm:
    """Sorts the parts of a form into a body as they come."""

    def __init__(self, body: Body, most: SizeLimit) -> None:
        self._body = body
        self._most = most
        self._name = ""
        self._data = bytearray()

    def take(self, events: Iterable[MultipartSegment | bytes | None]) -> None:
        """Handle the beginning of a part, a chunk of it, or its end."""
        for event in events:
            if isinstance(event, MultipartSegment):
                self._begin(event.name)
            elif event is None:
                self._end()
            else:
                self._more(event)

    def _begin(self, name: str | None) -> None:
        if not name or (name not in PHOTO_PARTS and len(self._body.fields) >= MOST_FIELDS):
            raise Malformed
        self._name, self._data = name, bytearray()

    def _more(self, data: bytes) -> None:
        self._data += data
        is_photo = self._name in PHOTO_PARTS
        if len(self._data) > (LARGEST_PHOTO if is_photo else LARGEST_FIELD):
            raise PhotoTooLarge if is_photo else Malformed

    def _end(self) -> None:
        if self._name not in PHOTO_PARTS:
            self._body.fields[self._name] = _as_text(self._data)
            return
        body, most, is_turned = self._body, self._most, self._name == TURNED
        kept, places = (body.turned, most.turned) if is_turned else (body.photos, most.photos)
        if len(kept) >= places:
            raise Malformed
        kept.append(bytes(self._data))


def _as_text(data: bytearray) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed from error


def _from_json(raw: bytes, most: SizeLimit) -> Body:
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
    """Decode in pieces, for decoding holds the interpreter's lock: 7 ms a megabyte."""
    for start in range(0, len(encoded), PIECE):
        piece = base64.b64decode(encoded[start : start + PIECE], validate=True)
        if start + PIECE < len(encoded) and len(piece) * 4 != PIECE * 3:
            raise Malformed  # padding before the end
        yield piece
