"""JSON bodies: requests validated by their schemas, refused with the names of the wrong fields."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from gym.core.errors import Invalid
from gym.core.language import N_
from web.http.photos import parse_json, read_raw_json

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")
UNKNOWN_FIELD: Final = "extra_forbidden"
LARGEST_JSON: Final = 64 * 1024
"""Bytes of a body without photos: sign-in and pairing are read before the caller is known."""


class FieldsInvalid(Invalid):
    """Well-formed JSON whose fields break the schema; `details.fields` names them, never their values."""

    code = "invalid_fields"
    message = N_("Some fields are missing or wrong. Check them and send the request again.")

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(fields=fields)


def validate(adapter: TypeAdapter[Value], value: object) -> Value:
    """The value as its schema. Raises `FieldsInvalid`."""
    try:
        return adapter.validate_python(value, strict=False)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise FieldsInvalid({_name(fault): fault["type"] for fault in faults}) from None


def _name(fault: Any) -> str:
    """A field's name; a name that only the caller knows is not sent back, and neither is a model's."""
    location = [part for part in fault["loc"] if part not in ("kiosk", "password") or len(fault["loc"]) == 1]
    if fault["type"] == UNKNOWN_FIELD or not location:
        return "*"
    return ".".join(str(part) for part in location)


async def read_json(request: web.Request) -> object:
    """The body of a few fields as JSON. Raises `Malformed`, `ContentUnknown` and 413."""
    if (request.content_length or 0) > LARGEST_JSON:
        raise web.HTTPRequestEntityTooLarge(LARGEST_JSON)
    return parse_json(await read_raw_json(request.clone(client_max_size=LARGEST_JSON)))


async def read_model(request: web.Request, model: type[Model]) -> Model:
    """The body as a model. Raises `Malformed` and `FieldsInvalid`."""
    return validate(TypeAdapter(model), await read_json(request))


def read_query(request: web.Request, model: type[Model]) -> Model:
    """The query as a model. Raises `FieldsInvalid`."""
    return validate(TypeAdapter(model), dict(request.query))


def read_path(request: web.Request, model: type[Model]) -> Model:
    """The parts of the path as a model. Raises `FieldsInvalid`."""
    return validate(TypeAdapter(model), dict(request.match_info))


def to_bytes(answer: BaseModel) -> bytes:
    """The answer's JSON, without the fields that do not apply."""
    return answer.model_dump_json(exclude_none=True).encode()


def reply(answer: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return raw_reply(to_bytes(answer), status, headers)


def raw_reply(body: bytes, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """An answer whose bytes are made already."""
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)
