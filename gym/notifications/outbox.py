"""Insertion into the transactional outbox, in the transaction of the act that causes the message."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.ids import new_id
from gym.core.database.statements import GuardedWrite, Statements
from gym.notifications.kinds import BY_PAYLOAD
from gym.notifications.models import Notification, NotificationState, Priority, RecipientKind
from gym.notifications.payloads.base import Payload

_COLUMNS: Final = (
    "id, recipient_kind, recipient_id, caused_by, kind, payload, dedup_key, rank, state, created_at, due_at, "
    "next_try_at, attempts, error, broadcast_id"
)
INSERT: Final = GuardedWrite(
    "told",
    f"""
told AS (
    INSERT INTO notifications ({_COLUMNS})
    SELECT {_COLUMNS}
    FROM jsonb_populate_recordset(CAST(NULL AS notifications), CAST(CAST(:rows AS text) AS jsonb))
    WHERE {{only}}
    ON CONFLICT (dedup_key) DO NOTHING RETURNING id
)
""",  # noqa: S608 - the columns above
)
RANKS = {Priority.URGENT: 0, Priority.NORMAL: 1, Priority.BULK: 2}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Recipient of a message; the chat is looked up when it is sent."""

    kind: RecipientKind
    id: UUID | None = None

    @classmethod
    def client(cls, client_id: UUID) -> Recipient:
        return cls(RecipientKind.CLIENT, client_id)

    @classmethod
    def staff(cls, staff_id: UUID) -> Recipient:
        return cls(RecipientKind.STAFF, staff_id)


DESK = Recipient(RecipientKind.DESK)
"""Everybody who listens at the desk: the desk chats, or the admins while there is none."""


def row(
    recipient: Recipient,
    payload: Payload,
    *,
    dedup_key: str | None,
    due_at: datetime,
    wall: datetime,
    priority: Priority | None = None,
    caused_by: UUID | None = None,
) -> dict[str, Any]:
    """One outbox row, of the payload's own kind and, unless another is given, with its kind's priority.

    Without a `dedup_key` each call is a message of its own.
    """
    key, spec = new_id(), BY_PAYLOAD[type(payload)]
    return {
        "id": key,
        "recipient_kind": recipient.kind,
        "recipient_id": recipient.id,
        "caused_by": caused_by,
        "kind": spec.kind,
        "payload": payload.stored(),
        "dedup_key": dedup_key or str(key),
        "rank": RANKS[priority or spec.priority],
        "state": NotificationState.PENDING,
        "created_at": wall,
        "due_at": due_at,
        "next_try_at": due_at,
        "attempts": 0,
    }


_CALL_OFF: Final = text("""
UPDATE notifications SET state = 'dismissed', error = 'called off'
WHERE state = 'pending' AND (dedup_key = :key OR starts_with(dedup_key, :key || ':'))
    AND (leased_until IS NULL OR leased_until < :wall)
""")


_PUT_OFF: Final = text("""
UPDATE notifications SET due_at = :due, next_try_at = :due
WHERE state = 'pending' AND dedup_key = :key AND (leased_until IS NULL OR leased_until < :wall)
RETURNING id
""")


async def put_off(session: AsyncSession, dedup_key: str, due_at: datetime, wall: datetime) -> bool:
    """Let a waiting message leave later; False where none of this key waits, or it is being sent."""
    values = {"key": dedup_key, "due": due_at, "wall": wall}
    return await session.scalar(_PUT_OFF, values) is not None


# A lease that comes back leaves several messages of one reader waiting: the newest says it for all of them.
# Where a message of the new key has left, or is leaving, that reader has been told, and none is needed.
_AMEND: Final = text("""
WITH free AS (
    SELECT id, recipient_kind, recipient_id, created_at, dedup_key,
        CAST(:new AS text) || coalesce(':' || recipient_id, '') AS fresh
    FROM notifications
    WHERE state = 'pending' AND starts_with(dedup_key, :key || ':')
        AND (leased_until IS NULL OR leased_until < :wall)
    FOR UPDATE
), placed AS (
    SELECT id, fresh, row_number() OVER (
        PARTITION BY recipient_kind, recipient_id ORDER BY dedup_key = fresh DESC, created_at DESC, id DESC
    ) AS place
    FROM free
), judged AS (
    SELECT id, fresh, place = 1 AND NOT EXISTS (
        SELECT FROM notifications other WHERE other.dedup_key = placed.fresh AND other.id <> placed.id
    ) AS stays
    FROM placed
)
UPDATE notifications n SET
    payload = CASE WHEN stays THEN CAST(CAST(:payload AS text) AS jsonb) ELSE n.payload END,
    dedup_key = CASE WHEN stays THEN fresh ELSE n.dedup_key END,
    state = CASE WHEN stays THEN n.state ELSE 'dismissed' END,
    error = CASE WHEN stays THEN n.error ELSE 'told by a newer one' END
FROM judged WHERE judged.id = n.id
RETURNING n.recipient_kind, n.recipient_id
""")


async def amend(
    session: AsyncSession, dedup_key: str, payload: Payload, new_key: str, wall: datetime
) -> set[Recipient]:
    """Let the waiting messages whose `dedup_key` begins with a key say something newer; whose they are.

    Their new key ends with the reader's id. Of each reader one goes on waiting, the others are dismissed;
    those that are being sent are left alone.
    """
    said = json.dumps(payload.stored(), default=str)
    values = {"key": dedup_key, "payload": said, "new": new_key, "wall": wall}
    rows = await session.execute(_AMEND, values)
    return {Recipient(RecipientKind(kind), key) for kind, key in rows.all()}


async def call_off(session: AsyncSession, dedup_key: str, wall: datetime) -> None:
    """Dismiss the waiting messages whose `dedup_key` is or begins with a key; not those being sent."""
    await session.execute(_CALL_OFF, {"key": dedup_key, "wall": wall})


async def is_told(session: AsyncSession, dedup_key: str) -> bool:
    """Whether a message of this key was written, sent or not."""
    query = select(Notification.id).where(Notification.dedup_key == dedup_key)
    return await session.scalar(query) is not None


async def insert_rows(statements: Statements, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what is new; a reminder that was created before (same key) stays one."""
    await statements.write(INSERT, {"rows": json.dumps(rows, default=str)}, {})
