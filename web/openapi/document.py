"""The OpenAPI 3.1 document, built from the operations' declarations and the pydantic models behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, Literal

from pydantic import BaseModel

from web.openapi.components import REF, Refs, components, tidy
from web.openapi.declaration import (
    Answer,
    DeclaredFault,
    FormOrJson,
    Json,
    Link,
    Media,
    Operation,
    RequestBody,
)

VERSION: Final = "3.1.0"
REQUEST_ID: Final[Json] = {"X-Request-ID": {"required": True, "schema": {"type": "string"}}}
RETRY_AFTER: Final[Json] = {"Retry-After": {"required": True, "schema": {"type": "string"}}}
AUTHENTICATE: Final[Json] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
MORE_HEADERS: Final[Mapping[int, Json]] = {401: AUTHENTICATE, 429: RETRY_AFTER, 503: RETRY_AFTER}


def build(operations: Sequence[Operation], info: Json, tags: Mapping[str, str]) -> Json:
    """The whole document; `tags` describes each area in a sentence."""
    paths: dict[str, Json] = {}
    refs, schemas = components(operations)
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = tidy(_operation(one, refs))
    used = list(dict.fromkeys(one.tag for one in operations))
    return {
        "openapi": VERSION,
        "info": info,
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": tags[name]} for name in used],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(one: Operation, refs: Refs) -> Json:
    made: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "description": one.description,
        "tags": [one.tag],
        # An empty list is not the same as none: it says that no token is needed here.
        "security": [{"bearer": []}] if one.scopes else [],
        "responses": _responses(one, refs),
    }
    if one.scopes:
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


def _of_model(model: type[BaseModel] | None, where: Literal["path", "query"]) -> Iterable[Json]:
    if model is None:
        return
    schema = model.model_json_schema()
    needed = schema.get("required", [])
    for name, part in schema["properties"].items():
        yield {"name": name, "in": where, "required": name in needed, "schema": part}


def _content(body: RequestBody, refs: Refs) -> Json:
    if not isinstance(body, FormOrJson):
        return {"application/json": {"schema": refs[body]}}
    shapes = [refs[model] for model in body.json]
    return {
        "multipart/form-data": {"schema": refs[body.form]},
        "application/json": {"schema": shapes[0] if len(shapes) == 1 else {"oneOf": shapes}},
    }


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
        made["content"] = {answer.kind: {"schema": answer.schema}}
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


def _refusal(status: int, faults: Sequence[DeclaredFault]) -> Json:
    """An error's answer, with every code that it may carry.

    All refer to one schema. With the codes as an enum in each answer, 405 of the 451 files that a client
    generator made were models of errors.
    """
    lines = [f"- `{fault.code}`: {fault.message}" for fault in faults]
    return {
        "description": "\n".join([HTTPStatus(status).phrase, "", *lines]),
        "headers": REQUEST_ID | MORE_HEADERS.get(status, {}),
        "content": {"application/json": {"schema": {"$ref": REF.format(model="Error")}}},
        "x-error-codes": [fault.code for fault in faults],
    }
