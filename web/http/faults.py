"""Faults of HTTP that no handler sees, such as a malformed request line, in the API's one shape."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gym.core.database.ids import new_id
from gym.core.language import N_, Translator
from web.http.errors import PublicError, error_body, error_response, language_of

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
INTERNAL: Final = N_("Something went wrong on our side. Please try again.")
HTTP_FAULTS: Final = {
    400: ("malformed", N_("The request cannot be read. Check it and send it again.")),
    404: ("not_found", N_("There is nothing at this address.")),
    405: ("method_not_allowed", N_("This address does not answer that method.")),
    408: ("too_slow", N_("The request took too long to arrive. Send it again.")),
    413: ("too_large", N_("That is too large. Send at most 16 MB.")),
    415: ("unsupported_media_type", N_("That kind of content is not understood here.")),
    417: ("expectation_failed", N_("The request expects something that is not known here.")),
}


class HttpFault(web.Response):
    """An answer made without the application: no signal removes the server's name and version from it."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.pop("Server", None)


def public_error(status: int) -> PublicError:
    """The error of a status, with nothing of the request in it."""
    code, message = HTTP_FAULTS.get(status, ("http_error", INTERNAL))
    return PublicError(code, status, message)


def fault(request: web.BaseRequest, status: int) -> web.Response:
    """The answer; the connection is closed after it, for nobody knows where the next request begins."""
    key = new_id().hex
    made = error_response(public_error(status), key, Translator(language_of(request)))
    answer = HttpFault(body=made.body, status=status, content_type="application/json", headers=HEADERS)
    answer.headers.update({"X-Request-ID": key, "Cache-Control": "no-store"})
    answer.force_close()
    return answer


def bare_fault(status: int, reason: str) -> bytes:
    """The same for a connection on which there is no request yet."""
    key = new_id().hex
    body = error_body(public_error(status), key, Translator("en"))
    head = [
        f"HTTP/1.1 {status} {reason}",
        *(f"{name}: {value}" for name, value in HEADERS.items()),
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {key}",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
