"""The OpenAPI 3.1 document, built from the register of operations and the pydantic models behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gym.core.errors import GymError
from gym.security.tokens import Scope

VERSION: Final = "3.1.0"
REF: Final = "#/components/schemas/{model}"
Json = dict[str, Any]
Method = Literal["get", "post", "delete"]
BASE64: Final = r"^(data:[^,]*,)?([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


@dataclass(frozen=True, slots=True)
class DeclaredFault:
    """One way of going wrong: its code never changes, its sentence is shown in the caller's language."""

    code: str
    status: int
    message: str

    @classmethod
    def of(cls, error: type[GymError]) -> DeclaredFault:
        return cls(error.code, error.status, error.message)


@dataclass(frozen=True, slots=True)
class PhotoParts:
    """A body with photos: a form with `photo` parts, or JSON with `image_base64`, and other fields."""

    fields: type[BaseModel]
    least: int
    most: int
    ways: Sequence[Sequence[str]] = ()
    """Sets of fields of which one must be there; `photo` stands for the photos."""
    turned: int = 0
    """The most frames of a turned head beside them: `turned`, or `turned_base64`."""


@dataclass(frozen=True, slots=True)
class Media:
    """An answer that is no JSON."""

    kind: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where an answer leads: parameters or a body of another operation, as runtime expressions."""

    name: str
    operation: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, str] | None = None


Answer = type[BaseModel] | Media | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint: who may call it, what it reads, and everything that it may answer."""

    method: Method
    path: str
    name: str
    summary: str
    answers: Mapping[int, Answer]
    scopes: tuple[Scope, ...] = ()
    faults: tuple[type[GymError] | DeclaredFault, ...] = ()
    body: type[BaseModel] | PhotoParts | None = None
    query: type[BaseModel] | None = None
    path_model: type[BaseModel] | None = None
    headers: Mapping[str, Json] = field(default_factory=dict[str, Json])
    links: Sequence[Link] = ()
    description: str = ""

    @property
    def all_faults(self) -> list[DeclaredFault]:
        """Each code once, by status."""
        found = {(one.status, one.code): one for one in map(_fault, self.faults)}
        return [found[key] for key in sorted(found)]


def _fault(one: type[GymError] | DeclaredFault) -> DeclaredFault:
    return one if isinstance(one, DeclaredFault) else DeclaredFault.of(one)


def build(operations: Sequence[Operation], *, title: str, version: str, description: str) -> Json:
    """The whole document."""
    paths: dict[str, Json] = {}
    refs, definitions = _schemas(operations)
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = _tidy(_operation(one, refs))
    return {
        "openapi": VERSION,
        "info": {"title": title, "version": version, "description": description},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": _tidy(definitions) | {"Error": ERROR},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


ERROR: Final[Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["error", "request_id"],
    "properties": {
        "error": {
            "type": "object",
            "additionalProperties": False,
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string", "description": "Never changes"},
                "message": {"type": "string", "description": "A sentence in the caller's language"},
                "details": {"type": "object"},
            },
        },
        "request_id": {"type": "string"},
    },
}


Refs = Mapping[type[BaseModel], Json]


def _schemas(operations: Iterable[Operation]) -> tuple[Refs, Json]:
    """Every body and answer by reference: as it is validated, and as it is written."""
    modes: dict[type[BaseModel], Literal["validation", "serialization"]] = {}
    for one in operations:
        if isinstance(one.body, type):
            modes[one.body] = "validation"
        answered = (answer for answer in one.answers.values() if isinstance(answer, type))
        modes.update(dict.fromkeys(answered, "serialization"))
    refs, found = models_json_schema(list(modes.items()), ref_template=REF)
    return {model: refs[model, mode] for model, mode in modes.items()}, found["$defs"]


def _tidy(value: Any) -> Any:
    """Without titles, which repeat the names, and without the null that stands for a field left out."""
    if isinstance(value, list):
        return [_tidy(one) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    items = cast("Json", value).items()
    return {
        name: _tidy(one)
        for name, one in items
        if not (name == "default" and one is None) and not (name == "title" and isinstance(one, str))
    }


def _operation(one: Operation, refs: Refs) -> Json:
    made: Json = {"operationId": one.name, "summary": one.summary, "responses": _responses(one, refs)}
    if one.description:
        made["description"] = one.description
    if one.scopes:
        made["security"] = [{"bearer": []}]
        made["x-scopes"] = [scope.value for scope in one.scopes]
    parameters = _parameters(one)
    if parameters:
        made["parameters"] = parameters
    if one.body is not None:
        made["requestBody"] = {"required": True, "content": _content(one.body, refs)}
    return made


def _parameters(one: Operation) -> list[Json]:
    headers = [
        {"name": name, "in": "header", "required": False, **more} for name, more in one.headers.items()
    ]
    return [*_of_model(one.path_model, "path"), *_of_model(one.query, "query"), *headers]


def _of_model(model: type[BaseModel] | None, where: Literal["path", "query"]) -> list[Json]:
    if model is None:
        return []
    schema = model.model_json_schema()
    needed = schema.get("required", [])
    return [
        {"name": name, "in": where, "required": name in needed, "schema": part}
        for name, part in schema["properties"].items()
    ]


def _content(body: type[BaseModel] | PhotoParts, refs: Refs) -> Json:
    if not isinstance(body, PhotoParts):
        return {"application/json": {"schema": refs[body]}}
    part, text = {"type": "string", "format": "binary"}, {"type": "string", "pattern": BASE64}
    return {
        "multipart/form-data": {"schema": _with_photos(body, "photo", part)},
        "application/json": {"schema": _with_photos(body, "image_base64", text)},
    }


def _with_photos(body: PhotoParts, name: str, photo: Json) -> Json:
    """The fields' own schema with the photos beside them."""
    schema = body.fields.model_json_schema()
    several: Json = {"type": "array", "items": photo, "minItems": max(1, body.least), "maxItems": body.most}
    one_is_enough = name == "image_base64" and body.least <= 1
    schema["properties"] = schema.get("properties", {}) | {
        name: {"anyOf": [photo, several]} if one_is_enough else several
    }
    if body.turned:
        turned = "turned" if name == "photo" else "turned_base64"
        schema["properties"][turned] = several | {"minItems": 1, "maxItems": body.turned}
    ways = [[name if part == "photo" else part for part in way] for way in body.ways]
    if ways:
        schema["anyOf"] = [{"required": way} for way in ways]
    else:
        schema["required"] = [*schema.get("required", []), name]
    return schema


def _responses(one: Operation, refs: Refs) -> Json:
    made: Json = {}
    for status, answer in one.answers.items():
        made[str(status)] = _answer(status, answer, refs)
    for link in one.links:
        first = made[str(min(one.answers))]
        first.setdefault("links", {})[link.name] = _link(link)
    faults = one.all_faults
    for status in sorted({fault.status for fault in faults} - set(one.answers)):
        made[str(status)] = _refusal(status, [fault for fault in faults if fault.status == status])
    return made


def _answer(status: int, answer: Answer, refs: Refs) -> Json:
    made: Json = {"description": HTTPStatus(status).phrase, "headers": dict(REQUEST_ID)}
    if isinstance(answer, Media):
        made["content"] = {answer.kind: {"schema": {}}}
    elif answer is not None:
        made["content"] = {"application/json": {"schema": refs[answer]}}
    return made


def _link(link: Link) -> Json:
    made: Json = {"operationId": link.operation}
    if link.parameters:
        made["parameters"] = dict(link.parameters)
    if link.body is not None:
        made["requestBody"] = dict(link.body)
    return made


REQUEST_ID: Final[Json] = {"X-Request-ID": {"required": True, "schema": {"type": "string"}}}
RETRY_AFTER: Final[Json] = {"Retry-After": {"required": True, "schema": {"type": "string"}}}
AUTHENTICATE: Final[Json] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
MORE_HEADERS: Final[Mapping[int, Json]] = {401: AUTHENTICATE, 429: RETRY_AFTER, 503: RETRY_AFTER}


def _refusal(status: int, faults: Sequence[DeclaredFault]) -> Json:
    """An error's answer, with every code that it may carry."""
    lines = [f"- `{fault.code}`: {fault.message}" for fault in faults]
    code = {"enum": [fault.code for fault in faults]}
    narrow = {"properties": {"error": {"properties": {"code": code}}}}
    return {
        "description": "\n".join([HTTPStatus(status).phrase, "", *lines]),
        "headers": REQUEST_ID | MORE_HEADERS.get(status, {}),
        "content": {"application/json": {"schema": {"allOf": [{"$ref": REF.format(model="Error")}, narrow]}}},
    }
