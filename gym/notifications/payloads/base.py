"""The base of payload models: typed in code, one flat JSON object in the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Final, TypeAlias, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from gym.core.database.json_values import decode, encode

T = TypeVar("T")
_FLAT: Final = "flat"
Flat: TypeAlias = Annotated[T, _FLAT]
"""A field whose own fields stand in the payload's object itself, as releases have always stored them."""


class Payload(BaseModel):
    """Facts of one notification, never its text. Enums of upper rooms are their plain values.

    A field with a default may be missing in the outbox: it is newer than rows that may still wait there, or
    belongs to some of a kind's messages only. A field that was not given is not stored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _lift(cls, data: Any) -> Any:
        """Give a flat field the whole object that was read; each takes what it knows."""
        if not isinstance(data, Mapping):
            return data
        given = cast("Mapping[str, Any]", data)
        stored = [name for name in flat_fields(cls) if not isinstance(given.get(name), Payload)]
        return {**given, **dict.fromkeys(stored, given)}

    def values(self) -> dict[str, Any]:
        """Every fact that was given, by its stored name."""
        found: dict[str, Any] = {}
        for name in type(self).model_fields:
            if name not in self.model_fields_set:
                continue
            value = getattr(self, name)
            if name in flat_fields(type(self)):
                found |= value.values()
            else:
                found[name] = _plain(value)
        return found

    def stored(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        return encode(self.values())


P = TypeVar("P", bound=Payload)


def read_stored(model: type[P], stored: Mapping[str, Any]) -> P:
    """The payload of an outbox row. Raises ValueError where a fact is missing or of another type."""
    return model.model_validate(decode(dict(stored)))


@cache
def flat_fields(model: type[Payload]) -> frozenset[str]:
    """The names of the fields that are stored without a name."""
    return frozenset(name for name, field in model.model_fields.items() if _FLAT in field.metadata)


@cache
def stored_names(model: type[Payload]) -> frozenset[str]:
    """Every name that a payload of this class may have in the outbox."""
    flat = flat_fields(model)
    inner = (one for name in flat for one in _models_of(model.model_fields[name].annotation))
    return frozenset(model.model_fields).difference(flat).union(*map(stored_names, inner))


def _models_of(annotation: object) -> Iterator[type[Payload]]:
    """The models of a flat field: one, or those of a union."""
    if isinstance(annotation, type) and issubclass(annotation, Payload):
        yield annotation
    for part in get_args(annotation):
        yield from _models_of(part)


def _plain(value: object) -> object:
    if isinstance(value, Payload):
        return value.values()
    return [_plain(one) for one in cast("tuple[object, ...]", value)] if isinstance(value, tuple) else value
