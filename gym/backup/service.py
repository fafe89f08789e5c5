"""Backups for admins: how they stand, one more now, and to whose chat they go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB

from gym.backup.health import BackupHealth, BackupHealthReader
from gym.backup.models import Backup, BackupReason, BackupState
from gym.security.permissions import Permission, Role
from gym.settings.models import GymState
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BackupOverview:
    """What the screen shows."""

    health: BackupHealth
    under_way: bool
    kept: int
    """How many lie in the folder."""
    receiver: Staff | None
    """The admin whose chat gets the parts; None while nobody has a chat, or they are not sent."""


class BackupService:
    """For admins."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def overview(self) -> BackupOverview:
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        session, settings = self.uow.session, self.uow.settings
        health = await BackupHealthReader(session).read(
            self.uow.context.wall, to_chat=settings.backup_to_chat
        )
        asked = select(Backup.id).where(Backup.state == BackupState.ASKED).limit(1)
        kept = (await session.scalars(select(Backup.id).where(Backup.state == BackupState.MADE))).all()
        receiver = await self.receiver() if settings.backup_to_chat else None
        return BackupOverview(health, await session.scalar(asked) is not None, len(kept), receiver)

    async def ask(self) -> bool:
        """One more, as soon as the program gets to it; False when one is under way already."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        asked = select(Backup.id).where(Backup.state == BackupState.ASKED).limit(1)
        if await self.uow.session.scalar(asked) is not None:
            return False
        row = Backup(
            reason=BackupReason.ASKED, asked_at=self.uow.context.wall, asked_by=self.uow.actor.staff_id
        )
        self.uow.session.add(row)
        self.uow.audit("backup.asked", row)
        return True

    async def send_to_me(self) -> None:
        """From now on the parts go to the chat of whoever asks."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        before = self.uow.settings.backup_staff_id
        chosen = {"backup_staff_id": str(self.uow.actor.staff_id)}
        named = GymState.settings.op("||")(cast(chosen, JSONB))
        await self.uow.session.execute(update(GymState).values(settings=named))
        self.uow.audit("backup.receiver_changed", ("gym_state", None), {"staff_id": before}, chosen)

    async def receiver(self) -> Staff | None:
        """The chosen admin, else the first there was; never anybody who is no admin any more."""
        admins = select(Staff).where(Staff.role == Role.ADMIN, Staff.active, Staff.telegram_id.is_not(None))
        chosen = (Staff.id == self.uow.settings.backup_staff_id).desc()
        return await self.uow.session.scalar(admins.order_by(chosen, Staff.created_at, Staff.id).limit(1))
