"""Telegram's door for webhooks: updates are kept before they are acknowledged, and only with the secret."""

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
    """Not from Telegram, or from a webhook of an earlier secret."""

    code = "wrong_secret"


class Webhook:
    """One route. Until somebody keeps updates it answers 503, and Telegram sends them again."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.path = urlsplit(url).path or "/"
        self.secret = secret
        self.keep: Keep | None = None

    @classmethod
    def of(cls, url: str, keyring: Keyring) -> Webhook:
        """The secret is the gym's own, the same for every replica."""
        return cls(url, keyring.derive("telegram-webhook").hex())

    def route(self) -> web.RouteDef:
        return web.post(self.path, self._receive)

    async def _receive(self, request: web.Request) -> web.Response:
        """200 only after the update is kept or put aside; `DatabaseUnavailable` becomes 503."""
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self.secret.encode()):
            raise WrongSecret
        if self.keep is None:
            raise Busy
        await self.keep([await _update(request)])
        return web.Response()


async def _update(request: web.Request) -> object:
    """The update, or its reject: Telegram would bring what is refused again and again."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_UPDATE:
            break
    return read_update(bytes(body))
