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
"""PostgreSQL has no place for the null character."""
BASE64: Final = r"^(data:[^,]*,)?([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
"""With or without the prefix of a data address."""


def _no_null(value: object) -> object:
    if value is None:
        raise ValueError("null is no value")
    return value


def _iso(value: object) -> object:
    """A number is no moment, though pydantic would take it for seconds."""
    if isinstance(value, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", value):
        raise ValueError("not a moment of ISO 8601")
    if isinstance(value, int | float):
        raise ValueError("not a moment of ISO 8601")
    return value


def _within_reach(value: datetime) -> datetime:
    """The last and first year have moments that no zone west or east of them can say."""
    if not 1 < value.year < 9999:
        raise ValueError("out of reach")
    return value


Iso = BeforeValidator(_iso)
NotNull = BeforeValidator(_no_null)
"""A field that may be left out, but is a value when it is there."""
Moment = Annotated[datetime, AfterValidator(_within_reach)]
AwareMoment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Stripped = AfterValidator(str.strip)
PageNumber = Annotated[int, Field(ge=0, le=100_000)]
PhotoPart = Annotated[bytes, Field(description="A picture: JPEG, PNG, WebP, HEIC or AVIF, at most 10 MB")]
PhotoText = Annotated[str, StringConstraints(pattern=BASE64), Field(description="A picture in base64")]
ScopeName = Literal["kiosk", "employee", "admin"]
Unset = SkipJsonSchema[None]
"""Stands in the code for a field that was left out; never in the document."""


class Request(BaseModel):
    """A request's body; unknown fields are refused, so that a typing error is not ignored."""

    model_config = ConfigDict(extra="forbid")


class Query(BaseModel):
    """What stands behind the question mark; what is not known there is not looked at."""

    model_config = ConfigDict(extra="ignore")
