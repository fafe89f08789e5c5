"""Rewards of a client, listed, and the reminder before one expires."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gym.core.database.repository import Page
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.rewards import RewardExpiresPayload
from gym.rewards.granting import reward_details
from gym.rewards.models import Reward
from gym.rewards.repository import RewardRepository
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

REMIND_BEFORE: Final = timedelta(days=2)


class RewardService:
    """For the desk, and for the client in person."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._rewards = RewardRepository(uow.session)

    async def of_client(self, client_id: UUID, page: int = 0) -> Page[Reward]:
        """Everything the client has earned, the newest first: waiting, used and expired."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        return await self._rewards.of_client(client_id, page)

    async def waiting(self, client_id: UUID) -> Sequence[Reward]:
        """What the client may use today, the best first."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        return await self._rewards.waiting(client_id, self.uow.today)

    async def remind_due(self, leaves_at: datetime) -> int:
        """Tell whose reward is about to expire, once a reward; `leaves_at` is after the quiet hours.

        A day that was missed is not made up for: what expires by the day after tomorrow is told today.
        """
        self.uow.actor.require(Permission.RUN_JOBS)
        if self.uow.is_past:
            return 0
        today = self.uow.today
        found = await self._rewards.expiring(today, today + REMIND_BEFORE)
        for reward, client in found:
            payload = RewardExpiresPayload(reward=reward_details(reward, client.full_name))
            key = f"reward_expires:{reward.id}:{reward.expires_on.isoformat()}"
            self.uow.notify(Recipient.client(client.id), payload, dedup_key=key, due_at=leaves_at)
        return len(found)
