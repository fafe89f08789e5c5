"""Quotas: token buckets per person, taken before an update is kept, so that a flood leaves no rows and no
work.

The buckets are in the memory of the process. With polling one process takes everything in; with webhooks each
of N replicas has its own, so a person has at most N times as much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final

import structlog

from gym.chats.models import SenderRank
from gym.chats.schemas import IncomingUpdate
from gym.core.clock import WallClock
from gym.core.errors import GymError
from gym.core.language import N_
from gym.security.rate_limits import MemoryBuckets, Rate, TokenBucket, TooManyRequests

log = structlog.get_logger()
STRANGER: Final = Rate("stranger", size=1, per_minute=1)
"""One answer a minute to somebody unknown; the rest is neither kept nor answered."""
ENTRY: Final = Rate("entry", size=5, per_minute=5)
"""What makes a stranger known (a link, a contact), and presses on the one answer they got."""
MEMBER: Final = Rate("member", size=40, per_minute=60)
"""Four albums of ten at once, and a press every second without end."""
NOTICE: Final = Rate("notice", size=1, per_minute=1)
"""How often a member is told that it was too much."""
LOG_EVERY: Final = timedelta(minutes=1)
"""A flood is one line a minute in the log."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SERVICE: Final = ("migrate_to_chat_id", "migrate_from_chat_id", "successful_payment", "refunded_payment")
"""Reports of Telegram itself inside of a message: nobody can write them, and none may be lost."""


class TooMuchAtOnce(GymError):
    """A member has sent more than is read at once; said once for all of it."""

    code = "too_much_at_once"
    status = 429
    message = N_(
        "That was too much at once. I have not read what you sent last. Wait a minute and send it again."
    )


class Demand(Enum):
    """What an update asks for, as far as quotas distinguish."""

    SERVICE = auto()
    """A report of Telegram itself."""
    DESK = auto()
    """A message in a group, where nobody but staff is answered."""
    ENTRY = auto()
    """`/start TOKEN`, a contact, a press, the bot unblocked or blocked."""
    TALK = auto()

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Demand:
        """Classify an update; it comes from a peer, so nothing about its shape is taken for granted."""
        message = payload.get("message")
        if not isinstance(message, Mapping):
            return cls.ENTRY
        if any(name in message for name in _SERVICE):
            return cls.SERVICE
        chat, text = message.get("chat"), message.get("text")
        if isinstance(chat, Mapping) and chat.get("type", "private") != "private":
            return cls.DESK
        is_link = isinstance(text, str) and text.startswith("/start ") and bool(text[7:].strip())
        return cls.ENTRY if is_link or "contact" in message else cls.TALK


@dataclass(slots=True)
class Ticket:
    """An arriving update, the rank as which it may be kept, and the tokens taken for it."""

    arrival: IncomingUpdate
    as_member: list[TokenBucket] = field(default_factory=list[TokenBucket])
    as_stranger: list[TokenBucket] = field(default_factory=list[TokenBucket])


class Quotas:
    """Takes tokens before it is known who wrote: for each rank that the sender might have.

    `settle` gives back those of the wrong ranks, once the statement that keeps the updates has told the
    ranks. Staff have no quota; the updates of each staff member's chat queue instead.
    """

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock
        self._buckets = MemoryBuckets()
        self._refused = 0
        self._logged_at = self._now

    @property
    def _now(self) -> datetime:
        """Monotonic time as a datetime: a wall clock that is put back must lock nobody out."""
        return _EPOCH + timedelta(seconds=self._clock.monotonic())

    async def judge(self, arrival: IncomingUpdate) -> Ticket:
        """Take tokens and say as whom the update may be kept; `settle` or `undo` must follow."""
        demand = Demand.of(arrival.payload)
        if demand is Demand.SERVICE:
            return Ticket(arrival)
        if demand is Demand.DESK:
            return Ticket(replace(arrival, free=SenderRank.STAFF, kept=SenderRank.STAFF))
        if arrival.user_id is None:
            return await self._anonymous(arrival)
        return await self._personal(arrival, ENTRY if demand is Demand.ENTRY else STRANGER)

    async def settle(self, tickets: Sequence[Ticket], kept: Mapping[int, int]) -> None:
        """Give back the tokens of ranks that the sender has not; `kept` are the ranks by update id."""
        for ticket in tickets:
            rank = kept.get(ticket.arrival.update_id)
            if rank != SenderRank.MEMBER:
                await self._buckets.give_back(*ticket.as_member)
            if rank in (SenderRank.STAFF, SenderRank.MEMBER):
                await self._buckets.give_back(*ticket.as_stranger)
        self._count(len(tickets) - len(kept))

    async def undo(self, tickets: Sequence[Ticket]) -> None:
        """Give all tokens back: nothing was kept, and the updates come again."""
        for ticket in tickets:
            await self._buckets.give_back(*ticket.as_member, *ticket.as_stranger)

    async def _personal(self, arrival: IncomingUpdate, rate: Rate) -> Ticket:
        ticket, who = Ticket(arrival), arrival.user_id
        free = kept = SenderRank.STAFF
        if await self._take(MEMBER.of(who), ticket.as_member):
            free = kept = SenderRank.MEMBER
            if await self._take(rate.of(who), ticket.as_stranger):
                free = kept = SenderRank.STRANGER
        elif await self._take(NOTICE.of(who), ticket.as_member):
            kept = SenderRank.MEMBER
        ticket.arrival = replace(arrival, free=free, kept=kept)
        return ticket

    async def _anonymous(self, arrival: IncomingUpdate) -> Ticket:
        """An update without a person, such as a channel's: counted by its chat."""
        ticket = Ticket(arrival)
        if not await self._take(MEMBER.of(f"chat:{arrival.chat_id}"), ticket.as_stranger):
            ticket.arrival = replace(arrival, free=SenderRank.STAFF, kept=SenderRank.STAFF)
        return ticket

    async def _take(self, bucket: TokenBucket, taken: list[TokenBucket]) -> bool:
        try:
            await self._buckets.take([bucket], self._now)
        except TooManyRequests:
            return False
        taken.append(bucket)
        return True

    def _count(self, refused: int) -> None:
        """Log refused updates in one line a minute, however many come."""
        self._refused += refused
        if self._refused and self._now - self._logged_at >= LOG_EVERY:
            log.warning("updates_not_kept", count=self._refused)
            self._refused, self._logged_at = 0, self._now
