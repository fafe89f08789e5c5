"""Payloads about rewards and milestones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload


class RewardDetails(Payload):
    """A reward as it was granted."""

    reward_id: UUID
    client_id: UUID
    client_name: str
    kind: str
    """A `RewardKind`."""
    threshold: int
    """How many visits."""
    percent: Decimal
    """Off the next plan; zero for a mere congratulation."""
    expires_on: date


class RewardEarnedPayload(Payload):
    reward: Flat[RewardDetails]
    friend_name: str | None


class MilestonePayload(Payload):
    reward: Flat[RewardDetails]
    friend_name: str | None


class DeskRewardEarnedPayload(Payload):
    reward: Flat[RewardDetails]
    friend_name: str | None


class RewardExpiresPayload(Payload):
    reward: Flat[RewardDetails]


class DeskRewardAppliedPayload(Payload):
    reward_id: UUID
    client_id: UUID
    client_name: str
    percent: Decimal
    discount: Decimal
    final_price: Decimal
    starts_on: date
    staff_name: str
