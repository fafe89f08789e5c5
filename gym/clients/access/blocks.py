"""Blocks: a client is refused at the door up to and including a day, for a reason that is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from gym.clients.errors import BlockDateInvalid, BlockNeedsAdmin, BlockTooLong
from gym.clients.fields.parsers import parse_reason
from gym.clients.locking import lock_client
from gym.clients.models import Client
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

SHORT_BLOCK: Final = timedelta(days=7)
"""How long an employee may block; an admin may for longer."""


class ClientBlocks:
    """Refused for the own membership."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def block(self, client_id: UUID, until: date, reason: str) -> Client:
        """Deny entry up to and including a day.

        Raises `BlockTooLong` for employees beyond a week, `BlockDateInvalid`, `BlockNeedsAdmin`,
        `ReasonInvalid`.
        """
        self.check_block(until)
        client = await self._lock(client_id)
        client.blocked_until, client.block_reason = until, parse_reason(reason)
        self.uow.audit_changes("client.blocked", client)
        return client

    async def unblock(self, client_id: UUID) -> Client:
        """Raises `BlockNeedsAdmin` when an employee would lift a block of more than a week."""
        client = await self._lock(client_id)
        client.blocked_until = client.block_reason = None
        self.uow.audit_changes("client.unblocked", client)
        return client

    def check_block(self, until: date) -> None:
        """Whether the actor may block up to a day. Raises `BlockTooLong`, `BlockDateInvalid`."""
        latest = self.uow.today + SHORT_BLOCK
        if until > latest and not self.uow.actor.may(Permission.BLOCK_LONG):
            raise BlockTooLong(latest)
        if until < self.uow.today:
            raise BlockDateInvalid

    async def _lock(self, client_id: UUID) -> Client:
        await FourEyes(self.uow).require_another(client_id, Permission.BLOCK_SHORT)
        client = await lock_client(self.uow, client_id, Permission.BLOCK_SHORT)
        self._require_short_block(client)
        return client

    def _require_short_block(self, client: Client) -> None:
        """What an admin has set for long, an employee neither shortens nor lifts."""
        until = client.blocked_until
        if until is None or self.uow.actor.may(Permission.BLOCK_LONG):
            return
        if until > self.uow.today + SHORT_BLOCK:
            raise BlockNeedsAdmin(until)
