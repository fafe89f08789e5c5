"""Requests and answers of pairing, of a kiosk's settings and of leaving its page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from web.api.schemas.fields import PLAIN, Request

KioskName = Annotated[
    str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
]


class PairRequest(Request):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9](?:[ .-]?[0-9]){8}$")] = Field(
        description="The nine digits that an admin is shown in chat, grouped or not"
    )
    name: KioskName


class PairAnswer(BaseModel):
    kiosk_id: UUID
    secret: str = Field(description="Shown once; keep it on the device.")


class KioskAnswer(BaseModel):
    gym_name: str
    kiosk_name: str
    languages: list[str]
    methods: list[Literal["face", "qr", "document"]]
    liveness: Literal["off", "observe", "enforce"]
    challenge: Literal["off", "observe", "enforce"] = Field(
        description="enforce: a photo of a face needs `turned` frames and `turn`"
    )
    offline_policy: Literal["record_only", "admit"]
    shows_sums: bool = Field(description="Whether the page may say how much somebody owes")
    currency: str
    timezone: str
    exit_pin: bool = Field(description="Whether leaving the page needs a PIN")
    server_time: datetime


class ExitRequest(Request):
    pin: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PLAIN)]
