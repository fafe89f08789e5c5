"""Declaration of an API operation: method, path, callers, body, answers, faults and links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel

from gym.core.errors import GymError
from gym.security.tokens import Scope

Json = dict[str, Any]
Method = Literal["get", "post", "delete"]
PATH_PARAMETER: Final = re.compile(r"\{(\w+)\}")
UUID_SHAPE: Final = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True, slots=True)
class DeclaredFault:
    """A fault that an operation may answer: its code never changes, its sentence is in the caller's
    language."""

    code: str
    status: int
    message: str

    @classmethod
    def of(cls, error: type[GymError]) -> DeclaredFault:
        return cls(error.code, error.status, error.message)


@dataclass(frozen=True, slots=True)
class FormOrJson:
    """A body that comes as a form with photos, or as JSON of exactly one of several shapes."""

    form: type[BaseModel]
    json: tuple[type[BaseModel], ...]


@dataclass(frozen=True, slots=True)
class Media:
    """An answer that is no JSON of a model, by content type and schema."""

    kind: str
    schema: Json


@dataclass(frozen=True, slots=True)
class Link:
    """Where an answer leads: parameters or a body of another operation, as runtime expressions."""

    name: str
    operation: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, str] | None = None


Faults = tuple[type[GymError] | DeclaredFault, ...]
Answer = type[BaseModel] | Media | None
RequestBody = type[BaseModel] | FormOrJson


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    `path` is OpenAPI's template, in which every parameter is an id. `scopes` are the tokens that may call it;
    without any nobody needs one. `answers` has no faults, which are in `faults`.
    """

    method: Method
    path: str
    name: str
    summary: str
    answers: Mapping[int, Answer]
    scopes: tuple[Scope, ...] = ()
    faults: Faults = ()
    body: RequestBody | None = None
    query: type[BaseModel] | None = None
    path_model: type[BaseModel] | None = None
    headers: Mapping[str, Json] = field(default_factory=dict[str, Json])
    links: Sequence[Link] = ()
    description: str = ""
    tag: str = ""

    @property
    def all_faults(self) -> list[DeclaredFault]:
        """The faults by status, each code once."""
        found = {(one.status, one.code): one for one in map(_fault, self.faults)}
        return [found[key] for key in sorted(found)]

    @property
    def route(self) -> str:
        """The path in aiohttp's form; what is not shaped like an id does not match."""
        return PATH_PARAMETER.sub(rf"{{\1:{UUID_SHAPE}}}", self.path)


def _fault(one: type[GymError] | DeclaredFault) -> DeclaredFault:
    return one if isinstance(one, DeclaredFault) else DeclaredFault.of(one)
