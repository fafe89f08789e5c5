"""Dead letters: messages that Telegram refused, that failed too often or are held after a restore, until an
admin decides on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text, update

from gym.core.database.json_values import decode
from gym.core.database.repository import PAGE_SIZE, Page
from gym.core.errors import NotFound
from gym.core.language import N_
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

RESTORED: Final = "restored"
"""Why a message is held: the gym was restored, and the one that is gone may have told it."""
LETTERS = """
SELECT n.id, n.kind, n.due_at, n.attempts, n.error,
    CASE WHEN b.id IS NULL THEN n.payload ELSE n.payload || jsonb_build_object('text', b.text) END AS payload,
    coalesce(btrim(c.first_name || ' ' || c.last_name), s.name, d.title) AS reader
FROM notifications n
LEFT JOIN broadcasts b ON b.id = n.broadcast_id
LEFT JOIN clients c ON n.recipient_kind = 'client' AND c.id = n.recipient_id
LEFT JOIN staff s ON n.recipient_kind = 'staff' AND s.id = n.recipient_id
LEFT JOIN desk_chats d ON n.recipient_kind = 'desk' AND d.id = n.recipient_id
WHERE n.state = 'failed'
"""
LISTED = text(LETTERS + "ORDER BY n.created_at DESC, n.id DESC LIMIT :size OFFSET :skip")
ONE = text(LETTERS + "AND n.id = :id")


class DeadLetterNotFound(NotFound):
    """Sent again or laid aside meanwhile."""

    code = "dead_letter_not_found"
    message = N_("Somebody has seen to this message already. Open the list to see what is left.")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What could not be told, to whom, and why."""

    id: UUID
    kind: NotificationKind
    payload: Mapping[str, Any]
    reader: str | None
    """Client, member of staff or desk chat; None when it is gone."""
    due_at: datetime
    """When it should have left, in business time."""
    tries: int
    reason: str

    @property
    def is_held(self) -> bool:
        """Whether nobody tried to deliver it: the gym was restored since it was due."""
        return self.reason == RESTORED


class DeadLetterService:
    """An admin sends them again or lays them aside."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def count(self) -> int:
        failed = select(func.count()).where(Notification.state == NotificationState.FAILED)
        return await self.uow.session.scalar(failed) or 0

    async def held(self) -> int:
        """How many of them are held after a restore."""
        failed = Notification.state == NotificationState.FAILED, Notification.error == RESTORED
        return await self.uow.session.scalar(select(func.count()).where(*failed)) or 0

    async def page(self, number: int) -> Page[DeadLetter]:
        """The newest first."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        total = await self.count()
        number = max(0, min(number, (total - 1) // PAGE_SIZE if total else 0))
        values = {"size": PAGE_SIZE, "skip": number * PAGE_SIZE}
        rows = (await self.uow.session.execute(LISTED, values)).mappings()
        return Page([_letter(row) for row in rows], number, total)

    async def get(self, key: UUID) -> DeadLetter:
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        row = (await self.uow.session.execute(ONE, {"id": key})).mappings().one_or_none()
        if row is None:
            raise DeadLetterNotFound
        return _letter(row)

    async def send_again(self, key: UUID | None = None) -> int:
        """One, or all of them: each has its ten tries again, from now on. Returns how many."""
        now = self.uow.now
        return await self._decide(
            key,
            state=NotificationState.PENDING,
            attempts=0,
            unanswered=0,
            due_at=now,
            next_try_at=now,
            error=None,
        )

    async def dismiss(self, key: UUID | None = None) -> int:
        """One, or all of them: nobody is told. Returns how many."""
        return await self._decide(key, state=NotificationState.DISMISSED)

    async def _decide(self, key: UUID | None, **values: object) -> int:
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        statement = update(Notification).where(Notification.state == NotificationState.FAILED)
        if key is not None:
            statement = statement.where(Notification.id == key)
        done = (await self.uow.session.scalars(statement.values(values).returning(Notification.id))).all()
        if key is not None and not done:
            raise DeadLetterNotFound
        # Only an INSERT wakes the outbox workers (its trigger notifies).
        await self.uow.session.execute(text("NOTIFY powergym_outbox"))
        return len(done)


def _letter(row: RowMapping) -> DeadLetter:
    return DeadLetter(
        id=row["id"],
        kind=NotificationKind(row["kind"]),
        payload=decode(row["payload"]),
        reader=row["reader"],
        due_at=row["due_at"],
        tries=row["attempts"],
        reason=row["error"] or "",
    )
