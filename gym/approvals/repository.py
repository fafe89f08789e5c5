"""Queries of approvals; rows are read with their client. Answers and use are conditional UPDATEs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import selectinload

from gym.approvals.errors import ApprovalNotFound
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.core.database.repository import Page, Repository

WITH_CLIENT = selectinload(Approval.client)
FRESH = {"populate_existing": True}
"""Rows are read again although the session has them: they were changed by statements beside it."""


class ApprovalRepository(Repository[Approval, UUID]):
    model = Approval
    missing = ApprovalNotFound

    async def require_loaded(self, key: UUID) -> Approval:
        """The row as it stands now, its client loaded. Raises `ApprovalNotFound`."""
        query = select(Approval).options(WITH_CLIENT).where(Approval.id == key)
        found = await self.session.scalar(query, execution_options=FRESH)
        if found is None:
            raise ApprovalNotFound
        return found

    async def by_key(self, key: UUID | None) -> Approval | None:
        """The request an idempotency key has made already."""
        if key is None:
            return None
        query = select(Approval).options(WITH_CLIENT).where(Approval.idempotency_key == key)
        return await self.session.scalar(query)

    async def pending_with(
        self, kind: ApprovalKind, client_id: UUID, subject: dict[str, Any]
    ) -> Sequence[Approval]:
        """Pending ones of a client whose facts contain `subject` (packed)."""
        same = Approval.facts.cast(JSONB).contains(subject)
        query = select(Approval).where(
            Approval.state == ApprovalState.PENDING,
            Approval.kind == kind,
            Approval.client_id == client_id,
            same,
        )
        return (await self.session.scalars(query)).all()

    async def latest(self, kind: ApprovalKind, client_id: UUID) -> Approval | None:
        """The last request of a kind about a client, however it stands."""
        query = (
            select(Approval)
            .options(WITH_CLIENT)
            .where(Approval.kind == kind, Approval.client_id == client_id)
        )
        return await self.session.scalar(
            query.order_by(Approval.created_at.desc(), Approval.id.desc()).limit(1)
        )

    async def record_decision(self, key: UUID, now: datetime, **values: object) -> bool:
        """Write an answer if there is none yet: of several at once the first wins. False: there was one."""
        waiting = and_(Approval.id == key, Approval.state == ApprovalState.PENDING, Approval.expires_at > now)
        return await self._changed(waiting, values)

    async def mark_used(self, key: UUID, now: datetime) -> bool:
        """Mark an approved discount as used; False when it was used or has expired."""
        unused = and_(
            Approval.id == key,
            Approval.kind == ApprovalKind.DISCOUNT,
            Approval.state == ApprovalState.APPROVED,
            Approval.used_at.is_(None),
            Approval.expires_at > now,
        )
        return await self._changed(unused, {"used_at": now})

    async def expire(self, now: datetime, key: UUID | None = None) -> Sequence[Approval]:
        """Close what nobody answered in time, all of it or one; the rows that this call has closed."""
        late = and_(Approval.state == ApprovalState.PENDING, Approval.expires_at <= now)
        if key is not None:
            late = and_(late, Approval.id == key)
        closed = update(Approval).where(late).values(state=ApprovalState.EXPIRED).returning(Approval.id)
        keys = (await self.session.scalars(closed)).all()
        query = select(Approval).options(WITH_CLIENT).where(Approval.id.in_(keys)).order_by(Approval.id)
        return (await self.session.scalars(query, execution_options=FRESH)).all() if keys else []

    async def pending(
        self, now: datetime, staff_id: UUID | None, kinds: Sequence[ApprovalKind], number: int
    ) -> Page[Approval]:
        """Waiting ones of these kinds, and a colleague's own, oldest first."""
        query = self._waiting(now, or_(Approval.kind.in_(kinds), Approval.asked_by == staff_id))
        return await self.page(query.options(WITH_CLIENT).order_by(Approval.created_at, Approval.id), number)

    async def count_pending(self, now: datetime, kinds: Sequence[ApprovalKind]) -> int:
        query = select(func.count()).select_from(self._waiting(now, Approval.kind.in_(kinds)).subquery())
        return await self.session.scalar(query) or 0

    def _waiting(self, now: datetime, which: ColumnElement[bool]) -> Select[Approval]:
        return select(Approval).where(
            Approval.state == ApprovalState.PENDING, Approval.expires_at > now, which
        )

    async def _changed(self, which: ColumnElement[bool], values: dict[str, object]) -> bool:
        statement = update(Approval).where(which).values(values).returning(Approval.id)
        found = await self.session.scalar(statement, execution_options={"synchronize_session": False})
        return found is not None
