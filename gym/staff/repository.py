"""Queries of staff."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from gym.core.errors import NotFound
from gym.core.language import N_
from gym.core.repository import Page, Repository
from gym.security.permissions import Role
from gym.staff.models import Staff


class StaffNotFound(NotFound):
    code = "staff_not_found"
    message = N_("That person does not work here any more. Go back and choose again.")


class StaffRepository(Repository[Staff, UUID]):
    model = Staff
    missing = StaffNotFound

    async def by_telegram(self, telegram_id: int) -> Staff | None:
        return await self.session.scalar(select(Staff).where(Staff.telegram_id == telegram_id))

    async def lock_admins(self) -> list[Staff]:
        """Every active admin, locked, so that the last one cannot be taken away twice at once."""
        admins = select(Staff).where(Staff.active, Staff.role == Role.ADMIN).order_by(Staff.id)
        found = await self.session.scalars(admins.with_for_update().execution_options(populate_existing=True))
        return list(found)

    async def has_admin(self) -> bool:
        query = select(func.count()).select_from(Staff).where(Staff.active, Staff.role == Role.ADMIN)
        return bool(await self.session.scalar(query))

    async def page_by_name(self, number: int) -> Page[Staff]:
        return await self.page(select(Staff).order_by(Staff.active.desc(), Staff.name, Staff.id), number)
