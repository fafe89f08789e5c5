"""Claims of due messages by an outbox worker: each message leased to one worker, each reader's in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, bindparam, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.json_values import decode
from gym.notifications.models import (
    Notification,
    NotificationKind,
    NotificationState,
    Priority,
    RecipientKind,
)
from gym.notifications.outbox import RANKS

# The oldest due messages, urgent first, one of each reader at most. Nothing of a reader is claimed while
# another one is on its way to them, nor while an earlier one of the same rank waits for another try: so order
# is kept whichever worker sends.
CLAIM = text("""
WITH due AS (
    SELECT n.id FROM notifications n
    WHERE n.state = 'pending' AND n.next_try_at <= :now AND n.recipient_id IS NOT NULL AND n.rank < :ranks
        AND n.kind = ANY (CAST(:kinds AS varchar[]))
        AND (n.leased_until IS NULL OR n.leased_until < :wall) AND n.id <> ALL (CAST(:held AS uuid[]))
        AND NOT EXISTS (
            SELECT FROM notifications e
            WHERE e.state = 'pending' AND e.recipient_kind = n.recipient_kind
                AND e.recipient_id = n.recipient_id AND e.id <> n.id
                AND (e.leased_until >= :wall
                    OR (e.kind = ANY (CAST(:kinds AS varchar[])) AND e.due_at <= :now
                        AND (e.rank, e.created_at, e.id) < (n.rank, n.created_at, n.id)
                        AND (e.rank = n.rank OR e.next_try_at <= :now)))
        )
    ORDER BY n.rank, n.created_at, n.id LIMIT :size FOR UPDATE OF n SKIP LOCKED
), claimed AS (
    UPDATE notifications n SET leased_until = :lease, attempts = n.attempts + 1 FROM due WHERE n.id = due.id
    RETURNING n.*
)
SELECT c.id, c.kind, c.attempts, c.rank, c.recipient_kind, c.recipient_id, c.caused_by,
    CASE WHEN b.id IS NULL THEN c.payload ELSE c.payload || jsonb_build_object('text', b.text) END AS payload,
    coalesce(m.telegram_id, s.telegram_id, d.chat_id) AS chat_id,
    coalesce(m.language, s.language) AS language, d.topic_id, coalesce(k.reachable, true) AS reachable,
    coalesce(d.tells_messages, true) AS tells_messages,
    coalesce(w.muted, '{}') AS muted, w.quiet_from, w.quiet_until, c.unanswered
FROM claimed c
LEFT JOIN broadcasts b ON b.id = c.broadcast_id
LEFT JOIN clients m ON c.recipient_kind = 'client' AND m.id = c.recipient_id
LEFT JOIN staff s ON c.recipient_kind = 'staff' AND s.id = c.recipient_id AND s.active
LEFT JOIN desk_chats d
    ON c.recipient_kind = 'desk' AND d.id = c.recipient_id AND d.active AND d.gone_at IS NULL
LEFT JOIN chat_people k ON k.user_id = coalesce(m.telegram_id, s.telegram_id)
LEFT JOIN notification_preferences w
    ON w.recipient_kind = c.recipient_kind AND w.recipient_id = c.recipient_id
ORDER BY c.rank, c.created_at, c.id
""")

# Claims run one at a time: two at once could each take a message of the same chat, the later one first. The
# number is this lock's alone among the gym's advisory locks.
ONE_CLAIM_AT_A_TIME = text("SELECT pg_advisory_xact_lock(6949352)")

# What is due and was not claimed stands behind a message that waits for another try or is on its way: it can
# go when that one's pause or lease ends.
NEXT_DUE = text("""
SELECT least(min(next_try_at) FILTER (WHERE next_try_at > :now),
    :now + (min(leased_until) FILTER (WHERE leased_until > :wall) - :wall))
FROM notifications WHERE state = 'pending'
""").bindparams(
    bindparam("now", type_=DateTime(timezone=True)), bindparam("wall", type_=DateTime(timezone=True))
)

# Where Telegram answers others, a message that failed often is itself the fault, not the connection.
LINE_WORKS = text("SELECT EXISTS (SELECT FROM notifications WHERE state = 'sent' AND sent_at > :since)")

# What was sent lately. What is leased counts as sent now: a process may have ended right after sending.
LATELY = text("""
SELECT chat_id, sent_at AS at FROM notifications
WHERE state = 'sent' AND sent_at > :since AND chat_id IS NOT NULL
UNION ALL
SELECT 0, CAST(:wall AS timestamptz) FROM notifications WHERE state = 'pending' AND leased_until > :wall
ORDER BY at
""")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed message with the chat it goes to; `chat_id` is None when there is none."""

    id: UUID
    kind: NotificationKind
    payload: dict[str, Any]
    attempts: int
    rank: int
    recipient_kind: RecipientKind
    recipient_id: UUID
    chat_id: int | None
    topic_id: int | None
    language: str | None
    reachable: bool = True
    muted: frozenset[str] = frozenset()
    """Groups of kinds that the reader has switched off."""
    quiet: tuple[time, time] | None = None
    """The reader's own quiet hours."""
    caused_by: UUID | None = None
    """The member of staff who did it."""
    tells_messages: bool = True
    """False for a desk chat that reads only that a member wrote, not what."""
    unanswered: int = 0
    """Tries of which nobody knows what became."""

    @property
    def is_bulk(self) -> bool:
        return self.rank >= RANKS[Priority.BULK]


class OutboxClaims:
    """On a plain session. Due times are business time, leases wall time."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def claim(
        self,
        *,
        now: datetime,
        wall: datetime,
        lease: datetime,
        size: int,
        bulk: bool = True,
        held: Sequence[UUID] = (),
    ) -> Sequence[Outgoing]:
        """Due messages, leased until `lease`: those of a worker that dies are free when it ends.

        `held` are those that the asker has on their way: after a pause of the machine their leases are over.
        """
        await self.session.execute(ONE_CLAIM_AT_A_TIME)
        # Kinds of a newer version wait for a process that knows them.
        kinds = [kind.value for kind in NotificationKind]
        ranks = RANKS[Priority.BULK] + bulk
        values: dict[str, object] = {"now": now, "wall": wall, "lease": lease, "size": size}
        values |= {"kinds": kinds, "ranks": ranks, "held": list(held)}
        rows = await self.session.execute(CLAIM, values)
        return [_outgoing(row) for row in rows]

    async def renew(self, keys: Sequence[UUID], until: datetime) -> None:
        """Extend the leases of messages that are still on their way."""
        held = update(Notification).where(
            Notification.id.in_(keys),
            Notification.state == NotificationState.PENDING,
            Notification.leased_until.is_not(None),
        )
        await self.session.execute(held.values(leased_until=until))

    async def next_due(self, *, now: datetime, wall: datetime) -> datetime | None:
        """When the next message could be tried (business time)."""
        return await self.session.scalar(NEXT_DUE, {"now": now, "wall": wall})

    async def line_works(self, since: datetime) -> bool:
        """Whether anything has been sent since then."""
        return bool(await self.session.scalar(LINE_WORKS, {"since": since}))

    async def lately(self, *, since: datetime, wall: datetime) -> list[tuple[int, datetime]]:
        """Chats that were written to since then, and when, the oldest first; chat 0 stands for any."""
        rows = await self.session.execute(LATELY, {"since": since, "wall": wall})
        return [(row.chat_id, row.at) for row in rows]


def _outgoing(row: Any) -> Outgoing:
    return Outgoing(
        id=row.id,
        kind=NotificationKind(row.kind),
        payload=decode(row.payload),
        attempts=row.attempts,
        rank=row.rank,
        recipient_kind=RecipientKind(row.recipient_kind),
        recipient_id=row.recipient_id,
        chat_id=row.chat_id,
        topic_id=row.topic_id,
        language=row.language,
        reachable=row.reachable,
        muted=frozenset(row.muted),
        quiet=(row.quiet_from, row.quiet_until) if row.quiet_from is not None else None,
        caused_by=row.caused_by,
        tells_messages=row.tells_messages,
        unanswered=row.unanswered,
    )
