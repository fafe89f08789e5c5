"""Dead updates: numbers and reasons of updates that could not be kept or handled, until dismissed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select

from gym.chats.models import DeadUpdate
from gym.core.database.repository import PAGE_SIZE, Page
from gym.core.errors import NotFound
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


class DeadUpdateNotFound(NotFound):
    """Dismissed meanwhile."""

    code = "dead_update_not_found"
    message = N_("Somebody has dismissed this already. Open the list to see what is left.")


class DeadUpdateService:
    """For admins. Nothing of the update's content is kept, so it cannot be handled again."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def count(self) -> int:
        return await self.uow.session.scalar(select(func.count()).select_from(DeadUpdate)) or 0

    async def page(self, number: int) -> Page[DeadUpdate]:
        """The newest first."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        total = await self.count()
        number = max(0, min(number, (total - 1) // PAGE_SIZE if total else 0))
        newest = select(DeadUpdate).order_by(DeadUpdate.at.desc(), DeadUpdate.id)
        rows = await self.uow.session.scalars(newest.limit(PAGE_SIZE).offset(number * PAGE_SIZE))
        return Page(list(rows), number, total)

    async def dismiss(self, key: UUID | None = None) -> int:
        """One, or all of them. Returns how many. Raises `DeadUpdateNotFound`."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        statement = delete(DeadUpdate)
        if key is not None:
            statement = statement.where(DeadUpdate.id == key)
        gone = (await self.uow.session.scalars(statement.returning(DeadUpdate.id))).all()
        if key is not None and not gone:
            raise DeadUpdateNotFound
        return len(gone)
