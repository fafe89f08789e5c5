"""Field types and base models that the API's schemas share."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.json_schema import SkipJsonSchema

PLAIN: Final = r"^[^\x00]*$"
"""PostgreSQL's text cannot hold the null character."""
BASE64: Final = r"^(data:[^,]*,)?([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
"""With or without the prefix of a data address (`data:image/jpeg;base64,`)."""


def _no_null(value: object) -> object:
    if value is None:
        raise ValueError("null is no value")
    return value


def _iso(value: object) -> object:
    """Refuse a number, which pydantic would take for seconds."""
    if isinstance(value, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", value):
        raise ValueError("not a moment of ISO 8601")
    if isinstance(value, int | float):
        raise ValueError("not a moment of ISO 8601")
    return value


def _within_reach(value: datetime) -> datetime:
    """Refuse the first and the last year: in some zone their moments cannot be written."""
    if not 1 < value.year < 9999:
        raise ValueError("out of reach")
    return value


Iso = BeforeValidator(_iso)
NotNull = BeforeValidator(_no_null)
"""A field that may be left out, but must not be null."""
Moment = Annotated[datetime, AfterValidator(_within_reach)]
AwareMoment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Stripped = AfterValidator(str.strip)
PageNumber = Annotated[int, Field(ge=0, le=100_000)]
PhotoPart = Annotated[bytes, Field(description="A picture: JPEG, PNG, WebP, HEIC or AVIF, at most 10 MB")]
PhotoText = Annotated[str, StringConstraints(pattern=BASE64), Field(description="A picture in base64")]
ScopeName = Literal["kiosk", "employee", "admin"]
Unset = SkipJsonSchema[None]
"""The type of a field that was left out; it stands in the code only, not in the document."""


class Request(BaseModel):
    """A request's body; unknown fields are refused, so that a typing error is not ignored."""

    model_config = ConfigDict(extra="forbid")


class Query(BaseModel):
    """The query of a request; unknown parameters are ignored."""

    model_config = ConfigDict(extra="ignore")
