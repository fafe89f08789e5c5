"""Grants of rewards at a visit that reaches a threshold or a friend's first paid period; and revocation.

Everything here happens in the transaction of the visit or the payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from gym.core.database.ids import new_id
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.rewards import (
    DeskRewardEarnedPayload,
    MilestonePayload,
    RewardDetails,
    RewardEarnedPayload,
)
from gym.plans.models import DurationUnit
from gym.rewards.models import Reward, RewardKind
from gym.rewards.repository import RewardRepository
from gym.rewards.rules import last_day, milestone_at, visits_threshold
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CountedVisit:
    """A visit that has just been counted, and what the door's query knew of the client before it."""

    client_id: UUID
    client_name: str
    subscription_id: UUID | None
    unit: DurationUnit | None
    """What the subscription's plan is counted in."""
    number: int | None
    """Which visit of the subscription it is."""
    all_time: int
    """Which visit of the client it is."""
    rewarded: bool
    """True when the subscription's visits have earned their reward before."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What one visit has earned."""

    reward: Reward | None = None
    milestone: Reward | None = None


class PaidSubscription(Protocol):
    """A subscription whose balance has reached zero, with its client."""

    @property
    def id(self) -> UUID: ...
    @property
    def client_id(self) -> UUID: ...


async def after_visit(uow: UnitOfWork, visit: CountedVisit) -> Earned:
    """Grant what the visit reaches; no statement at all when it reaches nothing."""
    earned = Earned(await _for_visits(uow, visit), await _for_milestone(uow, visit))
    if earned.reward is not None:
        _tell_earned(uow, earned.reward, visit.client_name, friend=None)
    if earned.milestone is not None:
        _tell_milestone(uow, earned.milestone, visit.client_name)
    return earned


async def after_undo(uow: UnitOfWork, client_id: UUID, subscription_id: UUID | None) -> None:
    """Take back unspent rewards that the visits which are left no longer earn."""
    revoked = await RewardRepository(uow.session).revoke_unearned(client_id, subscription_id, uow.now)
    _record_revoked(uow, revoked)


async def after_paid(uow: UnitOfWork, subscription: PaidSubscription) -> Reward | None:
    """Reward whoever brought the client, when this is the client's first paid period; once a friend."""
    percent = uow.settings.referral_percent
    if percent <= 0:
        return None
    repository = RewardRepository(uow.session)
    await uow.session.flush()
    referrer = await repository.referrer(subscription.client_id, subscription.id)
    if referrer is None:
        return None
    friend = {"friend_id": subscription.client_id, "subscription_id": subscription.id}
    reward = await _earn(uow, referrer["id"], RewardKind.REFERRAL, 0, percent, friend)
    if reward is not None:
        _tell_earned(uow, reward, referrer["client_name"], friend=referrer["friend_name"])
    return reward


async def after_unpaid(uow: UnitOfWork, subscription: PaidSubscription) -> None:
    """A friend's payment was voided: its unspent reward goes, and comes back when it is paid again."""
    revoked = await RewardRepository(uow.session).revoke_referral(subscription.id, uow.now)
    _record_revoked(uow, revoked)


async def _for_visits(uow: UnitOfWork, visit: CountedVisit) -> Reward | None:
    threshold = visits_threshold(uow.settings, visit.unit)
    if threshold is None or visit.rewarded or visit.number is None or visit.number < threshold:
        return None
    earned_by = {"subscription_id": visit.subscription_id}
    percent = uow.settings.reward_percent
    return await _earn(uow, visit.client_id, RewardKind.VISITS, threshold, percent, earned_by)


async def _for_milestone(uow: UnitOfWork, visit: CountedVisit) -> Reward | None:
    milestone = milestone_at(uow.settings, visit.all_time)
    if milestone is None:
        return None
    percent = uow.settings.milestone_percent
    return await _earn(uow, visit.client_id, RewardKind.MILESTONE, milestone, percent, {})


async def _earn(
    uow: UnitOfWork,
    client_id: UUID,
    kind: RewardKind,
    threshold: int,
    percent: Decimal,
    earned_by: Mapping[str, UUID | None],
) -> Reward | None:
    """Good from today on, although an offline kiosk may have seen the visit days ago."""
    values = {
        "id": new_id(),
        "client_id": client_id,
        "kind": kind,
        "threshold": threshold,
        "percent": percent,
        "granted_on": uow.today,
        "expires_on": last_day(uow.today, uow.settings.reward_days),
        "granted_at": uow.now,
    }
    reward = await RewardRepository(uow.session).earn(values | dict(earned_by))
    if reward is not None:
        after = {"client_id": client_id, "kind": kind, "percent": percent, "expires_on": reward.expires_on}
        uow.audit("reward.granted", reward, after=after)
    return reward


def _tell_earned(uow: UnitOfWork, reward: Reward, client_name: str, *, friend: str | None) -> None:
    """The client and the desk; again only with another last day. `friend` is whom the client has brought."""
    details = reward_details(reward, client_name)
    payload = RewardEarnedPayload(reward=details, friend_name=friend)
    client = Recipient.client(reward.client_id)
    uow.notify(client, payload, dedup_key=f"reward_earned:{_told_of(reward)}")
    _tell_desk(uow, DeskRewardEarnedPayload(reward=details, friend_name=friend), reward)


def _tell_milestone(uow: UnitOfWork, reward: Reward, client_name: str) -> None:
    """The client, and the desk unless it is a mere congratulation."""
    details = reward_details(reward, client_name)
    client = Recipient.client(reward.client_id)
    payload = MilestonePayload(reward=details, friend_name=None)
    uow.notify(client, payload, dedup_key=f"milestone:{_told_of(reward)}")
    _tell_desk(uow, DeskRewardEarnedPayload(reward=details, friend_name=None), reward)


def _tell_desk(uow: UnitOfWork, payload: DeskRewardEarnedPayload, reward: Reward) -> None:
    if reward.percent > 0:
        uow.notify(DESK, payload, dedup_key=f"desk-reward-earned:{_told_of(reward)}")


def _told_of(reward: Reward) -> str:
    return f"{reward.id}:{reward.expires_on.isoformat()}"


def reward_details(reward: Reward, client_name: str) -> RewardDetails:
    """What every message about a reward says of it."""
    return RewardDetails(
        reward_id=reward.id,
        client_id=reward.client_id,
        client_name=client_name,
        kind=reward.kind,
        threshold=reward.threshold,
        percent=reward.percent,
        expires_on=reward.expires_on,
    )


def _record_revoked(uow: UnitOfWork, revoked: list[UUID]) -> None:
    for reward_id in revoked:
        uow.audit("reward.revoked", ("rewards", reward_id))
