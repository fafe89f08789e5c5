"""JSON schemas of the models behind the operations, as components that the document refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.openapi.declaration import FormOrJson, Json, Operation

REF: Final = "#/components/schemas/{model}"
Refs = Mapping[type[BaseModel], Json]
NULL: Final[Json] = {"type": "null"}
ERROR: Final[Json] = {
    "type": "object",
    "description": "Every refusal, whatever its status",
    "additionalProperties": False,
    "required": ["error", "request_id"],
    "properties": {
        "error": {"$ref": REF.format(model="Fault")},
        "request_id": {"type": "string", "description": "As in `X-Request-ID`"},
    },
}
FAULT: Final[Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["code", "message", "details"],
    "properties": {
        "code": {
            "type": "string",
            "description": "Never changes; which ones an operation may answer, its `x-error-codes` list",
        },
        "message": {"type": "string", "description": "A sentence in the caller's language"},
        "details": {
            "type": "object",
            "description": "The facts behind the sentence",
            "additionalProperties": True,
        },
    },
}


def components(operations: Iterable[Operation]) -> tuple[Refs, Json]:
    """Every body and answer by reference, in its form for validation or for writing."""
    modes: dict[type[BaseModel], Literal["validation", "serialization"]] = {}
    for one in operations:
        modes.update(dict.fromkeys(_bodies(one), "validation"))
        answered = (answer for answer in one.answers.values() if isinstance(answer, type))
        modes.update(dict.fromkeys(answered, "serialization"))
    refs, found = models_json_schema(list(modes.items()), ref_template=REF)
    schemas = tidy(found["$defs"]) | {"Error": ERROR, "Fault": FAULT}
    return {model: refs[model, mode] for model, mode in modes.items()}, schemas


def _bodies(one: Operation) -> Iterator[type[BaseModel]]:
    if isinstance(one.body, FormOrJson):
        yield one.body.form
        yield from one.body.json
    elif one.body is not None:
        yield one.body


def tidy(value: Any) -> Any:
    """The schema without titles, which repeat the names, and without null.

    A field that does not apply is left out of an answer, and in a request null is refused.
    """
    if isinstance(value, list):
        return [tidy(one) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    items = _without_null(cast("Json", value)).items()
    return {
        name: tidy(one)
        for name, one in items
        if not (name == "default" and one is None) and not (name == "title" and isinstance(one, str))
    }


def _without_null(schema: Json) -> Json:
    """`anyOf` of a type and null as the type alone; what stands beside it outweighs what the type says."""
    ways = schema.get("anyOf")
    if not isinstance(ways, list) or NULL not in ways:
        return schema
    left = [way for way in cast("list[Json]", ways) if way != NULL]
    rest = {name: one for name, one in schema.items() if name != "anyOf"}
    return (left[0] | rest) if len(left) == 1 else {"anyOf": left} | rest
