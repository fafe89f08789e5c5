"""Chats that cannot be reached any more, or under another number; and what waits for them in the outbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Somebody who has never written may have blocked the bot too, so the row may not be there yet.
BLOCKED = text("""
INSERT INTO chat_people (user_id, language, reachable, first_seen_at)
VALUES (:chat_id, :language, false, :wall) ON CONFLICT (user_id) DO UPDATE SET reachable = false
""")

GONE = text("UPDATE desk_chats SET gone_at = :wall WHERE id = :id AND gone_at IS NULL")

# What a lost desk chat has not heard is fanned out again, unless another desk chat hears it anyway.
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


class ChatReachability:
    """On a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def blocked(self, chat_id: int, language: str, wall: datetime) -> None:
        """Mark whoever has blocked the bot as unreachable, until they let it in again."""
        values = {"chat_id": chat_id, "language": language, "wall": wall}
        await self.session.execute(BLOCKED, values)

    async def gone(self, desk_chat: UUID, *, now: datetime, wall: datetime, reason: str) -> None:
        """The bot cannot write to a desk chat any more; what it has not heard goes to others."""
        await self.session.execute(GONE, {"id": desk_chat, "wall": wall})
        await self.session.execute(HAND_BACK, {"id": desk_chat, "now": now})
        await self.session.execute(GIVE_UP, {"id": desk_chat, "reason": reason[:200]})

    async def moved(self, old: int, new: int) -> None:
        """A group became a supergroup, with another number; a second call changes nothing."""
        for statement in MOVE:
            await self.session.execute(
                statement, {"old": old, "new": new} if statement is not MOVE_LOCK else {}
            )
