"""Queries of Telegram's side: the inbox, the drafts of forms, the people who write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    SmallInteger,
    bindparam,
    delete,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from gym.chats.models import ChatPerson, Draft, InboxUpdate


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update as Telegram sent it."""

    update_id: int
    chat_id: int
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """An update that this process may handle until its lease ends."""

    update_id: int
    chat_id: int
    payload: dict[str, Any]
    attempts: int
    sent: int = 0
    """Answers that left before an earlier attempt ended."""
    crashes: int = 0
    """Attempts just before this one that nobody ended."""


# The hot path's statements are plain text: building them anew costs more than running them.
ADD = text(
    "INSERT INTO inbox_updates (update_id, chat_id, payload, received_at)"
    " VALUES (:update_id, :chat_id, :payload, :received_at) ON CONFLICT (update_id) DO NOTHING"
).bindparams(bindparam("payload", type_=JSONB), bindparam("received_at", type_=DateTime(timezone=True)))

CLAIM = (
    text(
        """
        WITH heads AS MATERIALIZED (
            SELECT update_id FROM inbox_updates AS head
            WHERE done_at IS NULL AND (leased_until IS NULL OR leased_until <= :now)
              AND NOT EXISTS (
                SELECT 1 FROM inbox_updates AS earlier
                WHERE earlier.chat_id = head.chat_id AND earlier.done_at IS NULL
                  AND earlier.update_id < head.update_id
              )
            ORDER BY update_id LIMIT :size
            FOR UPDATE SKIP LOCKED
        )
        UPDATE inbox_updates AS taken
        SET leased_until = :until, attempts = least(attempts + 1, 30000), crashes = least(crashes + 1, 30000)
        FROM heads WHERE taken.update_id = heads.update_id
        RETURNING taken.update_id, taken.chat_id, taken.payload, taken.attempts, taken.sent,
            taken.crashes - 1 AS crashes
        """
    )
    .bindparams(
        bindparam("now", type_=DateTime(timezone=True)), bindparam("until", type_=DateTime(timezone=True))
    )
    .columns(
        update_id=BigInteger,
        chat_id=BigInteger,
        payload=JSONB,
        attempts=SmallInteger,
        sent=SmallInteger,
        crashes=SmallInteger,
    )
)

FINISH = text(
    """
    UPDATE inbox_updates SET done_at = :now, failed = :failed, leased_until = NULL
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
    """The queue: in order within a chat, chats side by side."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, arrivals: Sequence[Arrival], received_at: datetime) -> None:
        """Keep what is new; an update that Telegram sends again stays one."""
        rows = [
            {
                "update_id": item.update_id,
                "chat_id": item.chat_id,
                "payload": item.payload,
                "received_at": received_at,
            }
            for item in arrivals
        ]
        await self.session.execute(ADD, rows)

    async def put_aside(self, update_id: int | None, reason: str, at: datetime, code: str | None) -> None:
        """A dead letter; the same once more is counted, not added."""
        values = {"update_id": update_id, "reason": reason, "at": at, "code": code}
        await self.session.execute(PUT_ASIDE, values)

    async def claim(self, now: datetime, until: datetime, size: int) -> list[Claimed]:
        """Lease the oldest waiting update of up to `size` chats that have none in hand."""
        rows = (await self.session.execute(CLAIM, {"now": now, "until": until, "size": size})).all()
        return sorted((Claimed(*row) for row in rows), key=lambda item: item.update_id)

    async def extend(self, update_ids: Sequence[int], until: datetime) -> None:
        """Keep the leases of what is still being handled."""
        await self._set(InboxUpdate.update_id.in_(update_ids), leased_until=until)

    async def postpone(self, update_id: int, until: datetime) -> None:
        """Hand it back; it may be claimed again from `until` on. An attempt that ended so was no crash."""
        await self._set(InboxUpdate.update_id == update_id, leased_until=until, crashes=0)

    async def count_sent(self, update_id: int, sent: int) -> None:
        """How many answers have left."""
        await self.session.execute(SENT, {"update_id": update_id, "sent": sent})

    async def finish(self, item: Claimed, now: datetime, *, failed: bool) -> bool:
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

    async def meet(self, user_id: int, language: str, now: datetime) -> None:
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
