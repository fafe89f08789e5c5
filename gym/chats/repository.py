"""Queries of the inbox of updates, the drafts of forms, and the people who write to the bot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CursorResult,
    DateTime,
    SmallInteger,
    and_,
    bindparam,
    delete,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from gym.chats.models import ChatPerson, Draft, InboxUpdate, NewestCard
from gym.chats.schemas import ClaimedUpdate, ClaimLimits, IncomingUpdate

# These run on every update, so they are plain text: SQLAlchemy takes longer to build them than to run them.
ADD = text(
    """
    WITH known AS MATERIALIZED (
        SELECT came.*, CASE
            WHEN EXISTS (SELECT FROM staff WHERE telegram_id = came.user_id AND active) THEN 0
            WHEN EXISTS (SELECT FROM clients WHERE telegram_id = came.user_id AND active) THEN 1
            ELSE 2 END AS rank
        FROM unnest(
            CAST(:update_ids AS bigint[]), CAST(:chat_ids AS bigint[]), CAST(:user_ids AS bigint[]),
            CAST(:payloads AS text[]), CAST(:free AS smallint[]), CAST(:kept AS smallint[])
        ) AS came (update_id, chat_id, user_id, payload, free, kept)
    )
    INSERT INTO inbox_updates (update_id, chat_id, payload, received_at, rank, excess)
    SELECT update_id, chat_id, CAST(payload AS jsonb), :received_at, rank, rank > free
    FROM known WHERE rank <= kept ORDER BY update_id
    ON CONFLICT (update_id) DO NOTHING
    RETURNING update_id, rank
    """
).bindparams(bindparam("received_at", type_=DateTime(timezone=True)))

# Staff before members before strangers. Each rank has its own ceiling, so that a place is free for staff
# however many strangers write. The first update of each chat is found in one pass over what waits and then
# by key (the CASE hides the partial index): the planner expects nothing to wait, and its anti-join over
# 1,000 waiting chats took sixty times as long (519 ms to 8). A leased update counts as its chat's first
# whatever its number: Telegram may bring a lower one after it, and nothing of a chat is handled beside it.
_OF_RANK = """
            SELECT head.update_id FROM heads JOIN inbox_updates AS head USING (update_id)
            WHERE heads.rank = {rank}
              AND CASE WHEN head.done_at IS NULL THEN coalesce(head.leased_until, :now) <= :now END
            ORDER BY head.update_id LIMIT {most}
            FOR UPDATE OF head SKIP LOCKED
"""
CLAIM = (
    text(
        f"""
        WITH heads AS MATERIALIZED (
            SELECT DISTINCT ON (chat_id) update_id, rank FROM inbox_updates
            WHERE done_at IS NULL ORDER BY chat_id, coalesce(leased_until, :now) <= :now, update_id
        ),
        staff AS MATERIALIZED ({_OF_RANK.format(rank=0, most=":size")}),
        members AS MATERIALIZED (
            {_OF_RANK.format(rank=1, most="least(:members, :size - (SELECT count(*) FROM staff))")}
        ),
        before AS (SELECT update_id FROM staff UNION ALL SELECT update_id FROM members),
        strangers AS MATERIALIZED (
            {_OF_RANK.format(rank=2, most="least(:strangers, :size - (SELECT count(*) FROM before))")}
        ),
        chosen AS (SELECT update_id FROM before UNION ALL SELECT update_id FROM strangers)
        UPDATE inbox_updates AS taken
        SET leased_until = :until, attempts = least(attempts + 1, 30000), crashes = least(crashes + 1, 30000)
        FROM chosen WHERE taken.update_id = chosen.update_id
        RETURNING taken.update_id, taken.chat_id, taken.payload, taken.attempts, taken.sent,
            taken.crashes - 1 AS crashes, taken.rank, taken.excess
        """  # noqa: S608 - the parts above
    )
    .bindparams(
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("until", type_=DateTime(timezone=True)),
        bindparam("size", type_=BigInteger),
        bindparam("members", type_=BigInteger),
        bindparam("strangers", type_=BigInteger),
    )
    .columns(
        update_id=BigInteger,
        chat_id=BigInteger,
        payload=JSONB,
        attempts=SmallInteger,
        sent=SmallInteger,
        crashes=SmallInteger,
        rank=SmallInteger,
        excess=Boolean,
    )
)

# The payload is emptied in the same statement: cards, links and typed PINs would lie here for a week, until
# the row itself is deleted.
FINISH = text(
    """
    UPDATE inbox_updates SET done_at = :now, failed = :failed, leased_until = NULL, payload = '{}'
    WHERE update_id = :update_id
    RETURNING EXISTS (
        SELECT 1 FROM inbox_updates AS later
        WHERE later.chat_id = :chat_id AND later.done_at IS NULL AND later.update_id > :update_id
    )
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


PUT_ASIDE = text(
    """
    INSERT INTO dead_updates (id, update_id, reason, code, at)
    VALUES (gen_random_uuid(), :update_id, :reason, :code, :at)
    ON CONFLICT (update_id, reason)
    DO UPDATE SET times = dead_updates.times + 1, code = excluded.code, at = excluded.at
    """
).bindparams(bindparam("at", type_=DateTime(timezone=True)))


SENT = text("UPDATE inbox_updates SET sent = :sent WHERE update_id = :update_id")


class InboxRepository:
    """The inbox as a queue: in order within a chat, chats in parallel; on a plain session, in wall time."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, arrivals: Sequence[IncomingUpdate], received_at: datetime) -> dict[int, int]:
        """Keep what is new and within its sender's quota; an update that Telegram sends again stays one.

        Returns the sender's `SenderRank` by the ids that were kept.
        """
        values = {
            "update_ids": [item.update_id for item in arrivals],
            "chat_ids": [item.chat_id for item in arrivals],
            "user_ids": [item.user_id for item in arrivals],
            "payloads": [json.dumps(item.payload) for item in arrivals],
            "free": [item.free for item in arrivals],
            "kept": [item.kept for item in arrivals],
            "received_at": received_at,
        }
        return {row.update_id: row.rank for row in await self.session.execute(ADD, values)}

    async def put_aside(self, update_id: int | None, reason: str, at: datetime, code: str | None) -> None:
        """Note a dead update; the same update and reason once more is counted, not added."""
        values = {"update_id": update_id, "reason": reason, "at": at, "code": code}
        await self.session.execute(PUT_ASIDE, values)

    async def claim(self, now: datetime, until: datetime, room: ClaimLimits) -> list[ClaimedUpdate]:
        """Lease the oldest waiting update of as many chats as there is room for; staff first, then by age."""
        values = {
            "now": now,
            "until": until,
            "size": room.size,
            "members": room.members,
            "strangers": room.strangers,
        }
        rows = (await self.session.execute(CLAIM, values)).all()
        return sorted((ClaimedUpdate(*row) for row in rows), key=lambda item: (item.rank, item.update_id))

    async def extend(self, update_ids: Sequence[int], until: datetime) -> None:
        """Keep the leases of what is still being handled, not of what was handed back meanwhile."""
        in_hand = InboxUpdate.crashes > 0  # counted when it is claimed, and none any more once it is back
        await self._set(and_(InboxUpdate.update_id.in_(update_ids), in_hand), leased_until=until)

    async def postpone(self, update_id: int, until: datetime) -> None:
        """Release the lease: it may be claimed again from `until` on, and the attempt counts as no crash."""
        await self._set(InboxUpdate.update_id == update_id, leased_until=until, crashes=0)

    async def count_sent(self, update_id: int, sent: int) -> None:
        """How many answers have left."""
        await self.session.execute(SENT, {"update_id": update_id, "sent": sent})

    async def finish(self, item: ClaimedUpdate, now: datetime, *, failed: bool) -> bool:
        """Done; True when the chat has more waiting."""
        values = {"update_id": item.update_id, "chat_id": item.chat_id, "now": now, "failed": failed}
        return bool((await self.session.execute(FINISH, values)).scalar())

    async def _set(self, condition: Any, **values: object) -> None:
        statement = update(InboxUpdate).where(condition, InboxUpdate.done_at.is_(None)).values(values)
        await self.session.execute(statement.execution_options(synchronize_session=False))

    async def forget_done_before(self, moment: datetime) -> int:
        """Retention: drop what was handled long ago; returns how many."""
        old = delete(InboxUpdate).where(InboxUpdate.done_at < moment)
        result = await self.session.execute(old.execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        return result.rowcount


class DraftRepository:
    """Half-filled forms: one for each person in each chat."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, draft: Draft) -> None:
        """Write the whole draft, in place of any other of this person in this chat."""
        values = {column.key: getattr(draft, column.key) for column in Draft.__mapper__.column_attrs}
        statement = upsert(Draft).values(values)
        changed = {name: value for name, value in values.items() if name not in {"chat_id", "user_id"}}
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["chat_id", "user_id"], set_=changed)
        )

    async def drop(self, draft: Draft) -> None:
        """Close a draft, unless another one has taken its place."""
        statement = delete(Draft).where(
            Draft.chat_id == draft.chat_id, Draft.user_id == draft.user_id, Draft.key == draft.key
        )
        await self.session.execute(statement.execution_options(synchronize_session=False))


class PeopleRepository:
    """Whoever has written at least once."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def remember_person(self, user_id: int, language: str, now: datetime) -> None:
        """Remember a Telegram user's first contact."""
        row = {"user_id": user_id, "language": language, "reachable": True, "first_seen_at": now}
        statement = upsert(ChatPerson).values(row).on_conflict_do_nothing(index_elements=["user_id"])
        await self.session.execute(statement)

    async def set_reachable(self, user_id: int, reachable: bool) -> None:
        """Whether the bot may write to this person (they blocked it, or let it in again)."""
        await self._set(user_id, reachable=reachable)

    async def set_language(self, user_id: int, language: str) -> None:
        await self._set(user_id, language=language)

    async def _set(self, user_id: int, **values: object) -> None:
        statement = update(ChatPerson).where(ChatPerson.user_id == user_id).values(values)
        await self.session.execute(statement.execution_options(synchronize_session=False))


class NewestCardRepository:
    """Which message of each chat is the newest client's card."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def set(self, chat_id: int, message_id: int, now: datetime) -> None:
        shown = {"message_id": message_id, "shown_at": now}
        statement = upsert(NewestCard).values(chat_id=chat_id, **shown)
        await self.session.execute(statement.on_conflict_do_update(index_elements=["chat_id"], set_=shown))

    async def drop(self, chat_id: int) -> None:
        statement = delete(NewestCard).where(NewestCard.chat_id == chat_id)
        await self.session.execute(statement.execution_options(synchronize_session=False))
