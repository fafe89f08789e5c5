"""Queries of erasures, and the statements that the register makes for one client's rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, TextClause, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.database.repository import Repository
from gym.faces.models import FaceConsent
from gym.privacy.models import Erasure
from gym.privacy.register import ClientRows, Entry
from gym.privacy.schemas import WaitingErasure

LONG_ENOUGH: Final = 6
"""Digits from which a document is looked for within a text; a shorter one stands in other numbers."""


def erasing(entry: Entry, rows: ClientRows) -> TextClause | None:
    """The statement that erases a client's rows of one table; None where they stay as they are."""
    if rows.deletes:
        return text(f"DELETE FROM {entry.table} WHERE {rows.which}")  # noqa: S608 - constants of the register
    if not rows.sets:
        return None
    sets = ", ".join(f"{column} = {value}" for column, value in rows.sets.items())
    return text(f"UPDATE {entry.table} SET {sets} WHERE {rows.which}")  # noqa: S608


def reading(entry: Entry, rows: ClientRows) -> TextClause:
    """The client's own rows of one table, as JSON, without what an export leaves out."""
    told = [column for column in entry.columns if column not in rows.withheld]
    columns = ", ".join(f"'{column}', t.\"{column}\"" for column in told)
    which = rows.which if rows.exported is None else rows.exported
    order = "ORDER BY 1"
    return text(
        f"SELECT jsonb_build_object({columns}) FROM {entry.table} t WHERE {which} {order}"  # noqa: S608
    )


def marks_of(client: Client) -> list[str]:
    """Patterns of LIKE for JSON that is about a client: the id, document, phone, e-mail, and a friend's name.

    Whole values stand in quotes there. A name alone may be somebody else's, so it counts only where the
    program writes whose friend somebody is.
    """
    found = [str(client.id)]
    if client.document_number:
        number = client.document_number
        found.append(number if len(number) >= LONG_ENOUGH else f'"{number}"')
    found += [one for one in (client.phone, client.email) if one]
    return [f"%{_plain(one)}%" for one in [*found, f'"friend_name": "{client.full_name}"']]


def _plain(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


class ErasureRepository(Repository[Erasure, UUID]):
    model = Erasure

    async def open(self, client_id: UUID, *, lock: bool = False) -> Erasure | None:
        """The wish that was not taken back: it waits, or it is done."""
        query = select(Erasure).where(Erasure.client_id == client_id, Erasure.canceled_at.is_(None))
        if lock:
            query = query.with_for_update()
        return await self.session.scalar(query, execution_options={"populate_existing": True})

    async def due(self, now: datetime) -> Sequence[Erasure]:
        """What is to be carried out by now, the oldest first, without what another process has in hand."""
        waits = Erasure.canceled_at.is_(None), Erasure.done_at.is_(None), Erasure.due_at <= now
        query = select(Erasure).where(*waits).order_by(Erasure.due_at, Erasure.id)
        return (await self.session.scalars(query.with_for_update(skip_locked=True))).all()

    async def postpone(self, until: datetime, *, all_but: Collection[UUID]) -> None:
        """Wishes that wait are carried out at that time at the earliest, those of some clients left out."""
        waits = Erasure.canceled_at.is_(None), Erasure.done_at.is_(None), Erasure.due_at < until
        late = update(Erasure).where(*waits, Erasure.client_id.not_in(all_but)).values(due_at=until)
        await self.session.execute(late, execution_options={"synchronize_session": "fetch"})

    async def waiting_people(self) -> Sequence[WaitingErasure]:
        """Wishes that wait for their day, the next first; an unknown client has no name."""
        waits = Erasure.canceled_at.is_(None), Erasure.done_at.is_(None)
        query = select(Erasure, Client).outerjoin(Client, Client.id == Erasure.client_id).where(*waits)
        rows = (await self.session.execute(query.order_by(Erasure.due_at, Erasure.id))).all()
        return [
            WaitingErasure(wish.client_id, client.full_name if client else "–", wish.by_client, wish.due_at)
            for wish, client in rows
        ]

    async def standing(self) -> Sequence[Erasure]:
        """Everything that was not taken back, in the order in which it was asked."""
        query = select(Erasure).where(Erasure.canceled_at.is_(None)).order_by(Erasure.asked_at, Erasure.id)
        return (await self.session.scalars(query)).all()

    async def run(self, statement: TextClause, values: Mapping[str, object]) -> int:
        """How many rows it has changed."""
        result = await self.session.execute(statement, dict(values))
        assert isinstance(result, CursorResult)
        return result.rowcount

    async def read(self, statement: TextClause, values: Mapping[str, object]) -> list[Any]:
        return list(await self.session.scalars(statement, dict(values)))


class LooksRepository:
    """Who looked at a client, and what the client agreed to."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def counted(self, client_id: UUID, action: str, since: datetime) -> tuple[int, datetime | None]:
        """How often something was done about a client since then, and when last."""
        query = select(func.count(), func.max(AuditEntry.at)).where(
            AuditEntry.subject_type == "clients",
            AuditEntry.subject_id == client_id,
            AuditEntry.at >= since,
            AuditEntry.action == action,
        )
        count, last = (await self.session.execute(query)).one()
        return count, last

    async def consents(self, client_id: UUID) -> Sequence[FaceConsent]:
        query = select(FaceConsent).where(FaceConsent.client_id == client_id)
        return (await self.session.scalars(query.order_by(FaceConsent.given_at.desc()))).all()
