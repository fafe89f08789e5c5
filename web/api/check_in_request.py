"""The request of a check-in: exactly one credential, its capture time and its idempotency key."""

from __future__ import annotations

import asyncio
import hashlib
import re
from functools import partial
from typing import Final

from aiohttp import web
from pydantic import TypeAdapter

from gym.attendance.checkin.credentials import (
    DocumentCredential,
    PhotoCredential,
    QrCredential,
    ShownCredential,
)
from gym.attendance.checkin.flow.request_flow import CheckInRequest
from gym.core.errors import Invalid
from gym.core.language import N_
from gym.faces.liveness.turn_challenge import Side
from gym.security.tokens import Claims
from web.api.schemas.check_ins import CheckInFields
from web.http.json import validate
from web.http.photos import LARGE, Body

FIELDS: TypeAdapter[CheckInFields] = TypeAdapter(CheckInFields)
GIVEN_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


class CredentialMissing(Invalid):
    code = "credential_missing"
    message = N_("Send a photo, or a QR, or a document with the last four digits of the phone.")


class SeveralCredentials(Invalid):
    """Several credentials in one request: whichever was judged, the others would be guesses that cost
    nothing."""

    code = "several_credentials"
    message = N_("Send one of them only: a photo, or a QR, or a document with the last four digits.")


class KeyMalformed(Invalid):
    """The Idempotency-Key is not 1 to 200 printable ASCII characters."""

    code = "idempotency_key_malformed"
    status = 400
    message = N_("The request number must have 1 to 200 plain characters, such as a UUID.")


class TimeWithoutZone(Invalid):
    code = "captured_at_without_zone"
    message = N_("The capture time needs a time zone.")


def read_check_in(request: web.Request, claims: Claims, body: Body) -> CheckInRequest:
    """The request and its key.

    Raises `FieldsInvalid`, `TimeWithoutZone`, `KeyMalformed`, `CredentialMissing`, `SeveralCredentials`.
    """
    fields = validate(FIELDS, body.fields)
    if fields.captured_at is not None and fields.captured_at.tzinfo is None:
        raise TimeWithoutZone
    key = _key(request)
    credential = _credential(body, fields)
    return CheckInRequest(claims, credential, fields.captured_at, key, partial(_digest, body, fields))


def _key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not GIVEN_KEY.fullmatch(key):
        raise KeyMalformed
    return key


def _credential(body: Body, fields: CheckInFields) -> ShownCredential:
    number, last4 = fields.document_number, fields.phone_last4
    ways = (bool(body.photos), fields.qr is not None, number is not None or last4 is not None)
    if sum(ways) > 1:
        raise SeveralCredentials
    if body.photos:
        return PhotoCredential(body.photos, body.turned, Side(fields.turn) if fields.turn else None)
    if fields.qr is not None:
        return QrCredential(fields.qr)
    if number is None or last4 is None:
        raise CredentialMissing
    return DocumentCredential(number, last4)


async def _digest(body: Body, fields: CheckInFields) -> bytes:
    """The hash of the request; large photos are hashed in a thread."""
    if sum(map(len, body.photos + body.turned)) > LARGE:
        return await asyncio.to_thread(_hash, body, fields)
    return _hash(body, fields)


def _hash(body: Body, fields: CheckInFields) -> bytes:
    digest = hashlib.sha256(fields.model_dump_json().encode())
    for photo in body.photos:
        digest.update(hashlib.sha256(photo).digest())
    for frame in body.turned:
        digest.update(b"turned" + hashlib.sha256(frame).digest())
    return digest.digest()
