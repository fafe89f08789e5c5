"""Services that the handling of every update shares, made once when the bot is assembled.

The floors above the update context (forms, routing) add their own service under a typed key, as aiohttp's
`AppKey` does: the context carries it without knowing its type.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from bot.bot_api.method_health import MethodHealth
from bot.ui.identity import IdentityResolver
from gym.app import Gym
from gym.chats.pictures import PictureLog
from gym.chats.service import ChatService

Service = TypeVar("Service")
LARGE_AT_ONCE: Final = 2
"""Large files that are read at a time: each is in memory three times while it comes."""


@dataclass(frozen=True, slots=True)
class ServiceKey(Generic[Service]):
    """The name of one service, with its type."""

    name: str
    kind: type[Service]


@dataclass(frozen=True, slots=True)
class Services:
    """Shared by all updates; `above` holds what the floors above have added."""

    gym: Gym
    chats: ChatService
    pictures: PictureLog
    identities: IdentityResolver
    health: MethodHealth
    above: Mapping[ServiceKey[Any], object]
    large_files: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_AT_ONCE))

    def __getitem__(self, key: ServiceKey[Service]) -> Service:
        """Raises LookupError for a service that was not added."""
        found = self.above.get(key)
        if not isinstance(found, key.kind):
            raise LookupError(f"no service {key.name}")
        return found
