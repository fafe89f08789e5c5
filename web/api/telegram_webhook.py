"""The webhook for Telegram: updates with the right secret are stored before they are acknowledged."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import web

from gym.chats.intake import LARGEST_UPDATE, read_update
from gym.core.errors import Busy, Forbidden
from gym.security.cipher import Keyring

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of the header
Keep = Callable[[Sequence[object]], Awaitable[None]]


class WrongSecret(Forbidden):
    """The request is not Telegram's, or of a webhook with an earlier secret."""

    code = "wrong_secret"


class Webhook:
    """The route of the webhook. Until `keep` is set it answers 503, and Telegram sends the updates again."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.path = urlsplit(url).path or "/"
        self.secret = secret
        self.keep: Keep | None = None

    @classmethod
    def of(cls, url: str, keyring: Keyring) -> Webhook:
        """The webhook at a URL; its secret is derived from the gym's, so it is the same for every replica."""
        return cls(url, keyring.derive("telegram-webhook").hex())

    def route(self) -> web.RouteDef:
        return web.post(self.path, self._receive)

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer 200 after the update is stored or put aside; `DatabaseUnavailable` becomes 503."""
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self.secret.encode()):
            raise WrongSecret
        if self.keep is None:
            raise Busy
        await self.keep([await _update(request)])
        return web.Response()


async def _update(request: web.Request) -> object:
    """The update, or a reject to be stored: refused with an error, it would come again and again."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_UPDATE:
            break
    return read_update(bytes(body))
