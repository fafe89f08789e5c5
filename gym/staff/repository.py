"""Queries of staff and candidates, and the locks that keep at least one admin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

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

    async def lock_active_admins(self) -> list[Staff]:
        """Every active admin, locked in one order, so that two admins cannot remove each other."""
        query = (
            select(Staff)
            .where(Staff.role == Role.ADMIN, Staff.active)
            .order_by(Staff.id)
            .with_for_update(key_share=True)
        )
        rows = await self.session.scalars(query, execution_options={"populate_existing": True})
        return list(rows)

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
