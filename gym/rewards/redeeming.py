"""Redemption of a reward: once, for its own client, before it expires, in the sale's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from gym.notifications.outbox import DESK
from gym.notifications.payloads.rewards import DeskRewardAppliedPayload
from gym.rewards.errors import NotYourReward, RewardExpired, RewardGone
from gym.rewards.models import Reward
from gym.rewards.repository import RewardRepository
from gym.rewards.rules import RewardState, state_on
from gym.unit_of_work import UnitOfWork


class NamedClient(Protocol):
    """Protocol of a client, as far as rewards need one."""

    @property
    def full_name(self) -> str: ...


class PricedSubscription(Protocol):
    """Protocol of a subscription with its client, as far as rewards need one."""

    @property
    def id(self) -> UUID: ...
    @property
    def client_id(self) -> UUID: ...
    @property
    def client(self) -> NamedClient: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def discount(self) -> Decimal: ...
    @property
    def final_price(self) -> Decimal: ...


class RewardRedemption:
    """Called by the sale, which has checked the actor's permission."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._rewards = RewardRepository(uow.session)

    async def waiting(self, client_id: UUID) -> Sequence[Reward]:
        """What the client may use today, the best first."""
        return await self._rewards.waiting(client_id, self.uow.today)

    async def usable(self, reward_id: UUID, client_id: UUID) -> Reward:
        """The reward, locked until the end of the transaction, so that its percentage may go into a price.

        Raises `RewardNotFound`, `NotYourReward`, `RewardGone`, `RewardExpired`.
        """
        reward = await self._rewards.lock(reward_id)
        if reward.client_id != client_id:
            raise NotYourReward
        match state_on(reward, self.uow.today):
            case RewardState.WAITING if reward.percent > 0:
                return reward
            case RewardState.EXPIRED:
                raise RewardExpired(reward.expires_on)
            case _:
                raise RewardGone

    async def redeem(self, reward_id: UUID, client_id: UUID, subscription: PricedSubscription) -> None:
        """Spend it on a subscription whose row is written already; raises what `usable` raises."""
        reward = await self.usable(reward_id, client_id)
        if subscription.client_id != client_id:
            raise NotYourReward
        reward.redeemed_at = self.uow.now
        reward.redeemed_by = subscription.id
        self.uow.audit_changes("reward.redeemed", reward)
        payload = DeskRewardAppliedPayload(
            reward_id=reward.id,
            client_id=client_id,
            client_name=subscription.client.full_name,
            percent=reward.percent,
            discount=subscription.discount,
            final_price=subscription.final_price,
            starts_on=subscription.starts_on,
            staff_name=self.uow.actor.name,
        )
        self.uow.notify(DESK, payload, dedup_key=f"desk-reward-applied:{reward.id}")
