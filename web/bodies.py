"""JSON in and out: validated by the schemas, refused with the fields that are wrong and nothing else."""

from __future__ import annotations

import json
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from gym.core.errors import Invalid
from gym.core.language import N_
from web.photos import Malformed

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")


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
        raise FieldsInvalid({_path(fault["loc"]): fault["type"] for fault in faults}) from None


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


async def read_json(request: web.Request) -> object:
    """The body as JSON. Raises `Malformed`."""
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise Malformed from error


async def read_model(request: web.Request, model: type[Model]) -> Model:
    """The body as a model. Raises `Malformed` and `FieldsInvalid`."""
    return validate(TypeAdapter(model), await read_json(request))


def to_bytes(answer: BaseModel) -> bytes:
    """The answer's JSON, without the fields that do not apply."""
    return answer.model_dump_json(exclude_none=True).encode()


def reply(answer: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return raw_reply(to_bytes(answer), status, headers)


def raw_reply(body: bytes, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """An answer whose bytes are made already."""
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)
