"""Value types of the inbox: an update as it came, an update claimed by a process, and limits of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gym.chats.models import SenderRank


@dataclass(frozen=True, slots=True)
class IncomingUpdate:
    """An update as Telegram sent it."""

    update_id: int
    chat_id: int
    payload: dict[str, Any]
    user_id: int | None = None
    """Who sent it; nobody for what comes from a channel."""
    free: int = SenderRank.STRANGER
    """The lowest rank whose quota has room for it."""
    kept: int = SenderRank.STRANGER
    """The lowest rank for which it is kept at all; beyond `free` it is excess."""


@dataclass(frozen=True, slots=True)
class ClaimedUpdate:
    """An update that this process may handle until its lease ends."""

    update_id: int
    chat_id: int
    payload: dict[str, Any]
    attempts: int
    sent: int = 0
    """Answers that were sent in earlier attempts."""
    crashes: int = 0
    """Attempts just before this one whose process ended in the middle."""
    rank: int = SenderRank.STAFF
    """The sender's `SenderRank` when it came."""
    excess: bool = False
    """Above the sender's quota: to be answered with one sentence, and not read."""


@dataclass(frozen=True, slots=True)
class ClaimLimits:
    """How many chats may be claimed: in all, and of those at most so many of members and of strangers."""

    size: int
    members: int
    strangers: int

    @classmethod
    def of(cls, size: int) -> ClaimLimits:
        """Without a ceiling for anybody."""
        return cls(size, size, size)
