"""Outcomes of the outbox: what became of each message; and by name its fan-out, claims and reachability."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.notifications.claims import OutboxClaims
from gym.notifications.fan_out import DeskFanOut
from gym.notifications.models import (
    Broadcast,
    BroadcastState,
    Notification,
    NotificationKind,
    NotificationState,
)
from gym.notifications.reachability import ChatReachability

# A message that was on its way while somebody stopped its broadcast, and could not be sent, is not tried
# again.
_STOPPED = exists().where(
    Broadcast.id == Notification.broadcast_id, Broadcast.state == BroadcastState.STOPPED
)
WANTED = case((_STOPPED, NotificationState.DISMISSED), else_=Notification.state)


class OutboxRepository:
    """The outbox worker's side of the outbox, on a plain session.

    Outcomes are written here; fan-out, claims and reachability are classes of their own, and their operations
    are called by this one's name.
    """

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.spread = DeskFanOut(session).spread

        claims = OutboxClaims(session)
        self.claim, self.renew, self.next_due = claims.claim, claims.renew, claims.next_due
        self.line_works, self.lately = claims.line_works, claims.lately

        chats = ChatReachability(session)
        self.blocked, self.gone, self.moved = chats.blocked, chats.gone, chats.moved

    async def sent(self, key: UUID, *, chat_id: int, message_id: int | None, wall: datetime) -> None:
        """It has left; its number is not known where Telegram's answer could not be read."""
        await self._close(
            key,
            state=NotificationState.SENT,
            sent_at=wall,
            chat_id=chat_id,
            message_id=message_id,
            error=None,
        )

    async def arrived(self, dedup_key: str) -> tuple[int, int] | None:
        """Chat and message of what has been sent under a key."""
        query = select(Notification.chat_id, Notification.message_id).where(
            Notification.dedup_key == dedup_key, Notification.message_id.is_not(None)
        )
        row = (await self.session.execute(query)).one_or_none()
        return (row.chat_id, row.message_id) if row is not None else None

    async def dismissed(self, key: UUID, reason: str) -> None:
        """Nobody needs to be told any more."""
        await self._close(key, state=NotificationState.DISMISSED, error=reason[:200])

    async def unreachable(self, key: UUID, reason: str) -> None:
        """Nobody to tell: no chat, or the bot was blocked."""
        await self._close(key, state=NotificationState.UNREACHABLE, error=reason[:200])

    async def failed(self, key: UUID, reason: str) -> None:
        """Kept for an admin to see: trying again would not help."""
        await self._close(key, state=NotificationState.FAILED, error=reason[:200])

    async def muted(self, key: UUID) -> None:
        """The reader has switched it off."""
        await self._close(key, state=NotificationState.MUTED)

    async def again(
        self, key: UUID, *, at: datetime, reason: str, counts: bool = True, unanswered: bool = False
    ) -> None:
        """Let go, to be tried again at `at` (business time); a try that was none does not count."""
        tries: dict[str, object] = {} if counts else {"attempts": Notification.attempts - 1}
        if unanswered:
            tries["unanswered"] = Notification.unanswered + 1
        await self._close(key, state=WANTED, next_try_at=at, error=reason[:200], **tries)

    async def step_aside(self, key: UUID, at: datetime) -> None:
        """Those behind it need not wait for it any longer."""
        await self._close(key, state=WANTED, due_at=at)

    async def postpone(self, key: UUID, at: datetime) -> None:
        """It is due only then (business time), and holds nobody up until then."""
        await self._close(key, state=WANTED, due_at=at, next_try_at=at, attempts=Notification.attempts - 1)

    async def overtake(
        self,
        kind: NotificationKind,
        *,
        readers: Sequence[UUID],
        about: Sequence[str],
        newest: Sequence[str],
        wall: datetime,
        reason: str,
    ) -> None:
        """Lay aside what waits of a kind about the same things (the second part of a key) but the newest."""
        await self.session.execute(
            update(Notification)
            .where(
                Notification.state == NotificationState.PENDING,
                Notification.kind == kind,
                Notification.recipient_id.in_(readers),
                func.split_part(Notification.dedup_key, ":", 2).in_(about),
                Notification.dedup_key.not_in(newest),
                Notification.leased_until.is_(None) | (Notification.leased_until < wall),
            )
            .values(state=NotificationState.DISMISSED, error=reason),
            execution_options={"synchronize_session": False},
        )

    async def _close(self, key: UUID, **values: object) -> None:
        statement = update(Notification).where(Notification.id == key)
        await self.session.execute(statement.values(leased_until=None, **values))
