"""Rules of rewards: thresholds, milestones, expiry and state. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from gym.plans.models import DurationUnit
from gym.rewards.models import Reward
from gym.settings.schemas import GymSettings

COUNTING = DurationUnit.MONTH
"""Visits earn in subscriptions that are counted in months, however many; a day, a week or a year does not."""


class RewardState(StrEnum):
    """What has become of a reward."""

    WAITING = "waiting"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVOKED = "revoked"


def state_on(reward: Reward, day: date) -> RewardState:
    """By its dates; no job has to run for a reward to expire."""
    if reward.redeemed_at is not None:
        return RewardState.REDEEMED
    if reward.revoked_at is not None:
        return RewardState.REVOKED
    return RewardState.WAITING if day <= reward.expires_on else RewardState.EXPIRED


def last_day(granted_on: date, days: int) -> date:
    """The last of so many gym days, the first of which is the day it was granted."""
    return granted_on + timedelta(days=days - 1)


def visits_threshold(settings: GymSettings, unit: DurationUnit | None) -> int | None:
    """How many visits of one subscription earn a reward; None where none is to be had."""
    offered = settings.reward_visits > 0 and settings.reward_percent > 0
    return settings.reward_visits if offered and unit is COUNTING else None


def visits_to_go(settings: GymSettings, unit: DurationUnit | None, used: int) -> int | None:
    """How many more visits of the subscription earn a reward; None when none is to be had any more."""
    threshold = visits_threshold(settings, unit)
    return None if threshold is None or used >= threshold else threshold - used


def milestone_at(settings: GymSettings, visits: int) -> int | None:
    """The milestone that a client's so many visits in all are, if they are one."""
    return visits if visits in settings.milestones else None
