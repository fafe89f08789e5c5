"""Queries of staff and candidates, and the locks that keep at least one admin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from gym.core.database.repository import Page, Repository
from gym.security.permissions import Role
from gym.staff.errors import CandidateNotFound, StaffNotFound
from gym.staff.models import AdminCandidate, CandidateState, Staff

CLAIM_LOCK = 0x9C1A13
"""Advisory lock: who claims a gym, or prints the link for it, does so alone."""


class StaffRepository(Repository[Staff, UUID]):
    model = Staff
    missing = StaffNotFound

    async def by_telegram(self, telegram_id: int) -> Staff | None:
        """Active or not."""
        return await self.session.scalar(select(Staff).where(Staff.telegram_id == telegram_id))

    async def team(self, number: int) -> Page[Staff]:
        """Active colleagues first, by name."""
        query: Select[Staff] = select(Staff).order_by(
            Staff.active.desc(), func.gym_fold(Staff.name), Staff.id
        )
        return await self.page(query, number)

    async def lock_beside_admins(self, staff_id: UUID) -> tuple[Staff, list[Staff]]:
        """Somebody, and every active admin: two admins cannot remove each other. Raises `StaffNotFound`.

        One statement, so that all lock in one order. PostgreSQL keeps the lock of a row that stopped being an
        admin's while it was waited for, so a second statement for that row could end in a deadlock: of 60
        runs of 32 such removals at once nine did.
        """
        admins = and_(Staff.role == Role.ADMIN, Staff.active)
        query = select(Staff).where(or_(admins, Staff.id == staff_id)).order_by(Staff.id)
        locked = query.with_for_update(key_share=True)
        rows = (await self.session.scalars(locked, execution_options={"populate_existing": True})).all()
        found = next((row for row in rows if row.id == staff_id), None)
        if found is None:
            raise StaffNotFound
        return found, [row for row in rows if row.active and row.role is Role.ADMIN]

    async def lock_claim(self) -> None:
        await self.session.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))

    async def has_admin(self) -> bool:
        query = select(Staff.id).where(Staff.role == Role.ADMIN, Staff.active).limit(1)
        return await self.session.scalar(query) is not None

    async def active_admins(self) -> Sequence[UUID]:
        """Those who are told and asked, each in their own chat."""
        query = select(Staff.id).where(Staff.role == Role.ADMIN, Staff.active).order_by(Staff.id)
        return (await self.session.scalars(query)).all()

    async def active_with_chat(self, roles: Sequence[Role]) -> Sequence[UUID]:
        """Whoever works here in one of these roles and can be told in a chat of their own."""
        query = select(Staff.id).where(Staff.role.in_(roles), Staff.active, Staff.telegram_id.is_not(None))
        return (await self.session.scalars(query.order_by(Staff.id))).all()

    async def hold_admin(self, staff_id: UUID) -> bool:
        """Whether that is an active admin, who stays one until the end of the transaction."""
        query = select(Staff.id).where(Staff.id == staff_id, Staff.role == Role.ADMIN, Staff.active)
        return await self.session.scalar(query.with_for_update(read=True)) is not None


class CandidateRepository(Repository[AdminCandidate, UUID]):
    model = AdminCandidate
    missing = CandidateNotFound

    async def by_telegram(self, telegram_id: int) -> AdminCandidate | None:
        """Whatever became of them."""
        return await self.session.scalar(
            select(AdminCandidate).where(AdminCandidate.telegram_id == telegram_id)
        )

    async def waiting(self, wall: datetime, number: int) -> Page[AdminCandidate]:
        """Those whose time is not over, the first who came first."""
        query = select(AdminCandidate).where(
            AdminCandidate.state == CandidateState.WAITING, AdminCandidate.expires_at > wall
        )
        return await self.page(query.order_by(AdminCandidate.created_at, AdminCandidate.id), number)
