"""Errors as answers, in one shape: code, localised sentence, public details; nothing internal, no echo of
input."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from aiohttp import web

from gym.core.errors import GymError
from gym.core.language import SOURCE_LANGUAGE, Translator, nearest_language

AUTHENTICATE = 'Bearer realm="powergym"'


class PublicError(GymError):
    """A fault of HTTP itself, with its own status."""

    def __init__(self, code: str, status: int, message: str, **context: object) -> None:
        super().__init__(**context)
        self.code = code  # type: ignore[misc]
        self.status = status  # type: ignore[misc]
        self.message = message


def language_of(request: web.BaseRequest) -> str:
    """The first language of Accept-Language that we speak."""
    for part in request.headers.get("Accept-Language", "").split(","):
        code = part.split(";")[0].strip()
        if code and nearest_language(code, default="") != "":
            return nearest_language(code)
    return SOURCE_LANGUAGE


def plain(value: object) -> Any:
    """A value as JSON carries it; money as a string, so that no cent is lost."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return str(value)
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)  # pyright: ignore


def error_body(error: GymError, request_id: str, translator: Translator) -> bytes:
    """The error's JSON."""
    inner = {
        "code": error.code,
        "message": translator(error.message, **error.context),
        "details": plain(error.context),
    }
    return json.dumps({"error": inner, "request_id": request_id}, ensure_ascii=False).encode()


def error_response(error: GymError, request_id: str, translator: Translator) -> web.Response:
    """The error as an answer, with the headers its status asks for."""
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = AUTHENTICATE
    if error.status in (409, 429, 503) and "retry_after" in error.context:
        headers["Retry-After"] = str(error.context["retry_after"])
    body = error_body(error, request_id, translator)
    return web.Response(body=body, status=error.status, content_type="application/json", headers=headers)
