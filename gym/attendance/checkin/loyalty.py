"""Rewards in a verdict: the unused reward, visits to the next one, and what this visit has earned."""

from __future__ import annotations

from dataclasses import replace

from gym.attendance.checkin.facts.door_facts import DoorFacts
from gym.attendance.checkin.schemas import Loyalty, Verdict
from gym.rewards.granting import CountedVisit, Earned
from gym.rewards.rules import visits_to_go
from gym.settings.schemas import GymSettings


def loyalty_of(facts: DoorFacts, settings: GymSettings) -> Loyalty:
    """The client's unused reward, and how many more visits earn the next one."""
    return Loyalty(
        percent=facts.reward_percent,
        until=facts.reward_until,
        to_go=None if facts.rewarded else visits_to_go(settings, facts.unit, facts.visits_used),
    )


def counted_visit(verdict: Verdict, facts: DoorFacts) -> CountedVisit:
    """The visit that was counted after the facts were read.

    Its number was taken under the subscription's lock, the facts before it: the difference is what other
    doors have counted in between, so the number in all is right in a race too.
    """
    assert facts.client is not None, "only a known client is counted"
    number = verdict.visit_number if verdict.subscription_id is not None else None
    since = 1 if number is None else number - facts.visits_used
    return CountedVisit(
        client_id=facts.client.id,
        client_name=verdict.client_name or "",
        subscription_id=verdict.subscription_id,
        unit=facts.unit if verdict.subscription_id is not None else None,
        number=number,
        all_time=facts.visits_in_all + since,
        rewarded=facts.rewarded,
    )


def after_counting(verdict: Verdict, visit: CountedVisit, earned: Earned, settings: GymSettings) -> Verdict:
    """The verdict with what the visit has earned."""
    loyalty = replace(
        verdict.loyalty,
        to_go=_still_to_go(visit, settings),
        milestone=earned.milestone.threshold if earned.milestone else None,
    )
    rewards = [one for one in (earned.reward, earned.milestone) if one is not None and one.percent > 0]
    best = max(rewards, key=lambda one: one.percent, default=None)
    if best is not None and best.percent >= (loyalty.percent or 0):
        loyalty = replace(loyalty, percent=best.percent, until=best.expires_on, earned=True)
    return replace(verdict, loyalty=loyalty)


def _still_to_go(visit: CountedVisit, settings: GymSettings) -> int | None:
    if visit.rewarded or visit.number is None:
        return None
    return visits_to_go(settings, visit.unit, visit.number)
