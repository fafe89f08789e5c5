"""Fan-out of the desk's messages: one row for the desk becomes one row for each chat that listens."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.notifications.kinds import GROUP_OF

GROUPS_JSON: Final = json.dumps({kind.value: group.value for kind, group in GROUP_OF.items()})

# A message for the desk becomes one message for each chat that listens: the desk chats that want its kind,
# or the admins' own chats while there is no desk chat at all, except whoever did it (they know), whoever
# wants to hear nothing of it, and the chat that has read it as an answer. What was written in one
# transaction is spread together, or its order would be lost.
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
        AND CAST(t.id AS text) IS DISTINCT FROM p.payload #>> '{answered_in,$uuid}'
    ON CONFLICT (dedup_key) DO NOTHING
)
UPDATE notifications n SET state = 'sent', sent_at = :wall FROM parent p WHERE n.id = p.id
""")

TO_SPREAD = text("""
SELECT EXISTS (SELECT FROM notifications WHERE state = 'pending' AND recipient_kind = 'desk'
    AND recipient_id IS NULL AND next_try_at <= :now)
""")


class DeskFanOut:
    """Run by every outbox worker before it claims; on a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def spread(self, *, now: datetime, wall: datetime, size: int) -> None:
        """Turn up to `size` messages for the desk, the oldest first, into one for each chat that listens."""
        # An INSERT of no rows would still wake every outbox worker, this one too, for ever.
        if await self.session.scalar(TO_SPREAD, {"now": now}):
            values = {"now": now, "wall": wall, "size": size, "groups": GROUPS_JSON}
            await self.session.execute(SPREAD, values)
