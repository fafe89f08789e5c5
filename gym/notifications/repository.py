"""Queries of the outbox: spread what is for the desk, claim what is due, write down what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.payload import decode
from gym.notifications.models import Notification, NotificationKind, NotificationState

# A message for the desk becomes one message for each chat that listens: the desk chats that want its kind, or
# the admins' own chats while there is no desk chat at all, except whoever did it: they know.
SPREAD = text("""
WITH parent AS (
    SELECT * FROM notifications
    WHERE state = 'pending' AND recipient_kind = 'desk' AND recipient_id IS NULL AND next_try_at <= :now
    ORDER BY created_at, id LIMIT :size FOR UPDATE SKIP LOCKED
), target AS (
    SELECT 'desk' AS kind, d.id, d.kinds FROM desk_chats d WHERE d.active
    UNION ALL
    SELECT 'staff', s.id, NULL FROM staff s
    WHERE s.active AND s.role = 'admin' AND s.telegram_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM desk_chats d WHERE d.active)
), child AS (
    INSERT INTO notifications (id, recipient_kind, recipient_id, kind, payload, dedup_key, rank, state,
        created_at, due_at, next_try_at, attempts)
    SELECT gen_random_uuid(), t.kind, t.id, p.kind, p.payload, p.dedup_key || ':' || t.id, p.rank, 'pending',
        p.created_at + row_number() OVER (ORDER BY p.created_at, p.id) * interval '1 microsecond',
        p.due_at, p.next_try_at, 0
    FROM parent p JOIN target t ON (t.kinds IS NULL OR p.kind = ANY (t.kinds))
        AND (t.kind = 'desk' OR t.id IS DISTINCT FROM p.caused_by)
    ON CONFLICT (dedup_key) DO NOTHING
)
UPDATE notifications n SET state = 'sent', sent_at = :wall FROM parent p WHERE n.id = p.id
""")

TO_SPREAD = text("""
SELECT EXISTS (SELECT FROM notifications WHERE state = 'pending' AND recipient_kind = 'desk'
    AND recipient_id IS NULL AND next_try_at <= :now)
""")

# The oldest due messages, urgent first. Nothing of a chat is claimed while an earlier one of the same rank is
# on its way or waits for another try, so that order is kept whoever dispatches.
CLAIM = text("""
WITH due AS (
    SELECT n.id FROM notifications n
    WHERE n.state = 'pending' AND n.next_try_at <= :now AND n.recipient_id IS NOT NULL
        AND n.kind = ANY (CAST(:kinds AS varchar[]))
        AND (n.leased_until IS NULL OR n.leased_until < :wall)
        AND NOT EXISTS (
            SELECT FROM notifications e
            WHERE e.state = 'pending' AND e.recipient_kind = n.recipient_kind
                AND e.recipient_id = n.recipient_id AND e.rank = n.rank
                AND (e.created_at, e.id) < (n.created_at, n.id)
                AND (e.leased_until >= :wall OR (e.attempts > 0 AND e.next_try_at > :now))
        )
    ORDER BY n.rank, n.created_at, n.id LIMIT :size FOR UPDATE OF n SKIP LOCKED
), claimed AS (
    UPDATE notifications n SET leased_until = :lease, attempts = n.attempts + 1 FROM due WHERE n.id = due.id
    RETURNING n.*
)
SELECT c.id, c.kind, c.payload, c.attempts, c.rank, c.created_at,
    coalesce(m.telegram_id, s.telegram_id, d.chat_id) AS chat_id,
    coalesce(m.language, s.language) AS language, d.topic_id
FROM claimed c
LEFT JOIN clients m ON c.recipient_kind = 'client' AND m.id = c.recipient_id
LEFT JOIN staff s ON c.recipient_kind = 'staff' AND s.id = c.recipient_id AND s.active
LEFT JOIN desk_chats d ON c.recipient_kind = 'desk' AND d.id = c.recipient_id AND d.active
ORDER BY c.rank, c.created_at, c.id
""")

# Claims take turns: two at once could each take a message of the same chat, the later one first.
TURN = text("SELECT pg_advisory_xact_lock(6949352)")

NEXT_DUE = text("""
SELECT min(greatest(next_try_at, coalesce(leased_until, next_try_at)))
FROM notifications WHERE state = 'pending'
""")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed message with the chat it goes to; `chat_id` is None when there is none."""

    id: UUID
    kind: NotificationKind
    payload: dict[str, Any]
    attempts: int
    chat_id: int | None
    topic_id: int | None
    language: str | None


class OutboxRepository:
    """The dispatcher's side of the outbox, on a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def spread(self, *, now: datetime, wall: datetime, size: int) -> None:
        """Turn messages for the desk into one for each chat that listens."""
        # An INSERT of no rows would still wake every dispatcher, this one too, for ever.
        if await self.session.scalar(TO_SPREAD, {"now": now}):
            await self.session.execute(SPREAD, {"now": now, "wall": wall, "size": size})

    async def claim(self, *, now: datetime, wall: datetime, lease: datetime, size: int) -> Sequence[Outgoing]:
        """Due messages, leased until `lease`; a dispatcher that dies lets go by itself."""
        await self.session.execute(TURN)
        # Kinds of a newer version wait for a process that knows them.
        kinds = [kind.value for kind in NotificationKind]
        values = {"now": now, "wall": wall, "lease": lease, "size": size, "kinds": kinds}
        rows = await self.session.execute(CLAIM, values)
        return [
            Outgoing(
                id=row.id,
                kind=NotificationKind(row.kind),
                payload=decode(row.payload),
                attempts=row.attempts,
                chat_id=row.chat_id,
                topic_id=row.topic_id,
                language=row.language,
            )
            for row in rows
        ]

    async def next_due(self) -> datetime | None:
        """When the next message could be tried (business time)."""
        return await self.session.scalar(NEXT_DUE)

    async def sent(self, key: UUID, *, chat_id: int, message_id: int, wall: datetime) -> None:
        await self._close(
            key,
            state=NotificationState.SENT,
            sent_at=wall,
            chat_id=chat_id,
            message_id=message_id,
            error=None,
        )

    async def unreachable(self, key: UUID, reason: str) -> None:
        """Nobody to tell: no chat, or the bot was blocked."""
        await self._close(key, state=NotificationState.UNREACHABLE, error=reason[:200])

    async def failed(self, key: UUID, reason: str) -> None:
        """Kept for an admin to see: trying again would not help."""
        await self._close(key, state=NotificationState.FAILED, error=reason[:200])

    async def again(self, key: UUID, *, at: datetime, reason: str) -> None:
        """Let go, to be tried again at `at` (business time)."""
        await self._close(key, next_try_at=at, error=reason[:200])

    async def let_go(self, key: UUID) -> None:
        """Not tried after all: an earlier one of the chat must go first."""
        await self._close(key, attempts=Notification.attempts - 1)

    async def _close(self, key: UUID, **values: object) -> None:
        statement = update(Notification).where(Notification.id == key)
        await self.session.execute(statement.values(leased_until=None, **values))
