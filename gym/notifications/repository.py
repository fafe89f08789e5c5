"""Queries of the outbox: spread what is for the desk, claim what is due, write down what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, bindparam, case, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.json_values import decode
from gym.notifications.kinds import GROUP_OF
from gym.notifications.models import (
    Broadcast,
    BroadcastState,
    Notification,
    NotificationKind,
    NotificationState,
    Priority,
    RecipientKind,
)
from gym.notifications.outbox import RANKS

GROUPS_JSON = json.dumps({kind.value: group.value for kind, group in GROUP_OF.items()})

# A message for the desk becomes one message for each chat that listens: the desk chats that want its kind, or
# the admins' own chats while there is no desk chat at all, except whoever did it (they know) and whoever does
# not want to hear of it. What was written in one transaction is spread together, or its order would be lost.
SPREAD = text("""
WITH oldest AS (
    SELECT created_at FROM notifications
    WHERE state = 'pending' AND recipient_kind = 'desk' AND recipient_id IS NULL AND next_try_at <= :now
    ORDER BY created_at, id LIMIT :size
), parent AS (
    SELECT *, CAST(:groups AS jsonb) ->> kind AS kind_group FROM notifications
    WHERE state = 'pending' AND recipient_kind = 'desk' AND recipient_id IS NULL AND next_try_at <= :now
        AND created_at <= (SELECT max(created_at) FROM oldest)
    ORDER BY created_at, id FOR UPDATE SKIP LOCKED
), target AS (
    SELECT 'desk' AS kind, d.id, d.kinds, NULL AS muted FROM desk_chats d WHERE d.active AND d.gone_at IS NULL
    UNION ALL
    SELECT 'staff', s.id, NULL, w.muted FROM staff s
    LEFT JOIN notification_preferences w ON w.recipient_kind = 'staff' AND w.recipient_id = s.id
    WHERE s.active AND s.role = 'admin' AND s.telegram_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM desk_chats d WHERE d.active AND d.gone_at IS NULL)
), child AS (
    INSERT INTO notifications (id, recipient_kind, recipient_id, kind, payload, dedup_key, rank, state,
        created_at, due_at, next_try_at, attempts)
    SELECT gen_random_uuid(), t.kind, t.id, p.kind, p.payload, p.dedup_key || ':' || t.id, p.rank, 'pending',
        p.created_at + row_number() OVER (ORDER BY p.created_at, p.id) * interval '1 microsecond',
        p.due_at, p.next_try_at, 0
    FROM parent p JOIN target t ON (t.kinds IS NULL OR p.kind_group IS NULL OR p.kind_group = ANY (t.kinds))
        AND (t.muted IS NULL OR p.kind_group IS NULL OR p.kind_group <> ALL (t.muted))
        AND (t.kind = 'desk' OR t.id IS DISTINCT FROM p.caused_by)
    ON CONFLICT (dedup_key) DO NOTHING
)
UPDATE notifications n SET state = 'sent', sent_at = :wall FROM parent p WHERE n.id = p.id
""")

TO_SPREAD = text("""
SELECT EXISTS (SELECT FROM notifications WHERE state = 'pending' AND recipient_kind = 'desk'
    AND recipient_id IS NULL AND next_try_at <= :now)
""")

# The oldest due messages, urgent first, one of each reader at most. Nothing of a reader is claimed while
# another one is on its way to them, nor while an earlier one of the same rank waits for another try: so order
# is kept whoever dispatches.
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
SELECT c.id, c.kind, c.attempts, c.rank, c.recipient_kind, c.recipient_id,
    CASE WHEN b.id IS NULL THEN c.payload ELSE c.payload || jsonb_build_object('text', b.text) END AS payload,
    coalesce(m.telegram_id, s.telegram_id, d.chat_id) AS chat_id,
    coalesce(m.language, s.language) AS language, d.topic_id, coalesce(k.reachable, true) AS reachable,
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

# Claims take turns: two at once could each take a message of the same chat, the later one first.
TURN = text("SELECT pg_advisory_xact_lock(6949352)")

# What is due and was not claimed stands behind one that waits or is on its way: theirs are the times that
# count.
NEXT_DUE = text("""
SELECT least(min(next_try_at) FILTER (WHERE next_try_at > :now),
    :now + (min(leased_until) FILTER (WHERE leased_until > :wall) - :wall))
FROM notifications WHERE state = 'pending'
""").bindparams(
    bindparam("now", type_=DateTime(timezone=True)), bindparam("wall", type_=DateTime(timezone=True))
)

# Telegram answers others: then a message that failed often is the fault, not the line.
LINE_WORKS = text("SELECT EXISTS (SELECT FROM notifications WHERE state = 'sent' AND sent_at > :since)")

# What was sent lately, and what may just have been sent by a process that ended in the act.
LATELY = text("""
SELECT chat_id, sent_at AS at FROM notifications
WHERE state = 'sent' AND sent_at > :since AND chat_id IS NOT NULL
UNION ALL
SELECT 0, CAST(:wall AS timestamptz) FROM notifications WHERE state = 'pending' AND leased_until > :wall
ORDER BY at
""")

# The person, known or not, has blocked the bot.
BLOCKED = text("""
INSERT INTO chat_people (user_id, language, reachable, first_seen_at)
VALUES (:chat_id, :language, false, :wall) ON CONFLICT (user_id) DO UPDATE SET reachable = false
""")

GONE = text("UPDATE desk_chats SET gone_at = :wall WHERE id = :id AND gone_at IS NULL")

# What a lost desk chat has not heard goes back to be spread again, unless another desk chat hears it anyway.
HAND_BACK = text("""
UPDATE notifications SET recipient_id = NULL, leased_until = NULL, attempts = 0, unanswered = 0,
    next_try_at = :now
WHERE state = 'pending' AND recipient_kind = 'desk' AND recipient_id = :id
    AND NOT EXISTS (SELECT FROM desk_chats d WHERE d.active AND d.gone_at IS NULL)
""")
GIVE_UP = text("""
UPDATE notifications SET state = 'unreachable', leased_until = NULL, error = :reason
WHERE state = 'pending' AND recipient_kind = 'desk' AND recipient_id = :id
""")
# What was on its way while somebody stopped its broadcast, and came back, stays unsaid.
_STOPPED = exists().where(
    Broadcast.id == Notification.broadcast_id, Broadcast.state == BroadcastState.STOPPED
)
WANTED = case((_STOPPED, NotificationState.DISMISSED), else_=Notification.state)

# A group that became a supergroup has another number, under which it may have been confirmed as well: then
# the two are one desk chat. What waits for the old one goes to the new one, unless that hears it anyway.
# The lock keeps another confirmation out in between; groups move once in their life.
MOVE_LOCK = text("LOCK TABLE desk_chats IN SHARE ROW EXCLUSIVE MODE")
_PAIRS = """
WITH pair AS (
    SELECT o.id AS old_id, n.id AS new_id, o.active, o.kinds FROM desk_chats o
    JOIN desk_chats n ON n.chat_id = :new AND coalesce(n.topic_id, 0) = coalesce(o.topic_id, 0)
    WHERE o.chat_id = :old
)
"""
HEARD_ANYWAY = text(f"""{_PAIRS}
UPDATE notifications m SET state = 'dismissed', error = 'moved', leased_until = NULL FROM pair
WHERE m.state = 'pending' AND m.recipient_kind = 'desk' AND m.recipient_id = pair.old_id
    AND EXISTS (SELECT FROM notifications c
        WHERE c.dedup_key = left(m.dedup_key, -36) || CAST(pair.new_id AS text))
""")  # noqa: S608 - the pairs above; 36 letters of the old chat's id end the key of a message that was spread
HAND_OVER = text(f"""{_PAIRS}
UPDATE notifications m SET recipient_id = pair.new_id FROM pair
WHERE m.state = 'pending' AND m.recipient_kind = 'desk' AND m.recipient_id = pair.old_id
""")  # noqa: S608
CONFIRMED_BEFORE = text(f"""{_PAIRS}
UPDATE desk_chats n SET active = true, kinds = pair.kinds, offered_at = NULL FROM pair
WHERE n.id = pair.new_id AND pair.active AND n.offered_at IS NOT NULL
""")  # noqa: S608
MERGED = text(f"{_PAIRS} DELETE FROM desk_chats d USING pair WHERE d.id = pair.old_id")  # noqa: S608
MOVED = text("UPDATE desk_chats SET chat_id = :new, gone_at = NULL WHERE chat_id = :old")
MOVE = (MOVE_LOCK, HEARD_ANYWAY, HAND_OVER, CONFIRMED_BEFORE, MERGED, MOVED)


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
    unanswered: int = 0
    """Tries of which nobody knows what became."""

    @property
    def is_bulk(self) -> bool:
        return self.rank >= RANKS[Priority.BULK]


class OutboxRepository:
    """The dispatcher's side of the outbox, on a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def spread(self, *, now: datetime, wall: datetime, size: int) -> None:
        """Turn messages for the desk into one for each chat that listens."""
        # An INSERT of no rows would still wake every dispatcher, this one too, for ever.
        if await self.session.scalar(TO_SPREAD, {"now": now}):
            values = {"now": now, "wall": wall, "size": size, "groups": GROUPS_JSON}
            await self.session.execute(SPREAD, values)

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
        """Due messages, leased until `lease`; a dispatcher that dies lets go by itself.

        `held` are those that the asker has on their way: after a pause of the machine their leases are over.
        """
        await self.session.execute(TURN)
        # Kinds of a newer version wait for a process that knows them.
        kinds = [kind.value for kind in NotificationKind]
        ranks = RANKS[Priority.BULK] + bulk
        values: dict[str, object] = {"now": now, "wall": wall, "lease": lease, "size": size}
        values |= {"kinds": kinds, "ranks": ranks, "held": list(held)}
        rows = await self.session.execute(CLAIM, values)
        return [_outgoing(row) for row in rows]

    async def renew(self, keys: Sequence[UUID], until: datetime) -> None:
        """Hold on to messages that are still on their way."""
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
        """Whether anything has left since then."""
        return bool(await self.session.scalar(LINE_WORKS, {"since": since}))

    async def lately(self, *, since: datetime, wall: datetime) -> list[tuple[int, datetime]]:
        """Which chats heard something since then, and when, the oldest first; chat 0 stands for any."""
        rows = await self.session.execute(LATELY, {"since": since, "wall": wall})
        return [(row.chat_id, row.at) for row in rows]

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

    async def blocked(self, chat_id: int, language: str, wall: datetime) -> None:
        """Whoever has blocked the bot cannot be reached until they let it in again."""
        values = {"chat_id": chat_id, "language": language, "wall": wall}
        await self.session.execute(BLOCKED, values)

    async def gone(self, desk_chat: UUID, *, now: datetime, wall: datetime, reason: str) -> None:
        """The bot cannot write to a desk chat any more; what it has not heard goes to others."""
        await self.session.execute(GONE, {"id": desk_chat, "wall": wall})
        await self.session.execute(HAND_BACK, {"id": desk_chat, "now": now})
        await self.session.execute(GIVE_UP, {"id": desk_chat, "reason": reason[:200]})

    async def moved(self, old: int, new: int) -> None:
        """A group became a supergroup, with another number; twice is once."""
        for statement in MOVE:
            await self.session.execute(
                statement, {"old": old, "new": new} if statement is not MOVE_LOCK else {}
            )

    async def _close(self, key: UUID, **values: object) -> None:
        statement = update(Notification).where(Notification.id == key)
        await self.session.execute(statement.values(leased_until=None, **values))


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
        unanswered=row.unanswered,
    )
